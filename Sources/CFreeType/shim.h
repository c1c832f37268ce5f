#include <ft2build.h>
#include FT_FREETYPE_H

/* FreeType's flags are casts of shifts, which Swift does not read. */
static const FT_Int32 tweedieLoadUnhinted = FT_LOAD_NO_HINTING;
static const FT_Int32 tweedieRenderUnhinted = FT_LOAD_NO_HINTING | FT_LOAD_RENDER;

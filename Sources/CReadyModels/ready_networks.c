#include "ready_networks.h"

// C23, which clang takes in every C since version 19 and otherwise remarks on.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char two_moons[] = {
#embed "../../Models/networks/two-moons-network.safetensors"
};

static const unsigned char swiss_roll[] = {
#embed "../../Models/networks/swiss-roll-network.safetensors"
};

static const unsigned char checkerboard[] = {
#embed "../../Models/networks/checkerboard-network.safetensors"
};

static const unsigned char glyphs[] = {
#embed "../../Models/networks/glyphs-network.safetensors"
};

static const struct {
  const unsigned char *bytes;
  size_t size;
} networks[] = {
    {two_moons, sizeof two_moons},
    {swiss_roll, sizeof swiss_roll},
    {checkerboard, sizeof checkerboard},
    {glyphs, sizeof glyphs},
};

static const size_t network_count = sizeof networks / sizeof networks[0];

size_t ready_network_size(size_t index) {
  return index < network_count ? networks[index].size : 0;
}

unsigned char ready_network_byte(size_t index, size_t offset) {
  return offset < ready_network_size(index) ? networks[index].bytes[offset] : 0;
}

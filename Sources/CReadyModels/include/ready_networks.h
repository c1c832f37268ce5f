#ifndef READY_NETWORKS_H
#define READY_NETWORKS_H

#include <stddef.h>

/// Networks inside the program, in the order of `ready_networks.c`. Bytes are handed out one by
/// one, so that no pointer leaves.

/// Bytes of network `index`; 0 where there is none.
size_t ready_network_size(size_t index);

/// Byte `offset` of network `index`; 0 past the end.
unsigned char ready_network_byte(size_t index, size_t offset);

#endif

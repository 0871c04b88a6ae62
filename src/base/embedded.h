/* base/embedded.h - files that the program carries in itself: CMake turns them into arrays
 * (embed() in CMakeLists.txt), so that nothing beside the binary is needed to run it.
 *
 * EMBEDDED(ready_mappings) declares the files embedded under that name:
 * ready_mappings[0 .. ready_mappings_count - 1], in the order of their names.
 */
#pragma once

#include "base/base.h"

struct embedded_file {
	str name, text; /* name without its folder */
};

#define EMBEDDED(name) \
	extern const struct embedded_file name[]; \
	extern const size_t name##_count

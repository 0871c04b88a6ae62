/* api/web_files.h - the web application, as the program carries it: gzip, by path
 * ("assets/x.js.gz").
 *
 * tools/web builds it into build/web; CMake puts what it finds there into the program
 * (embed_tree() in CMakeLists.txt).  A program that was built without it has none: web.c then says
 * how.
 */
#pragma once

#include <stddef.h>

struct web_files {
	const char *path; /* NULL: behind the last */
	const char *begin, *end; /* gzip */
};

extern const struct web_files web_files[];
extern const size_t web_files_count;

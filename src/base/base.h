/* base/base.h - the small vocabulary every file in the tree speaks.
 *
 * Nothing here allocates, logs or does I/O; nothing here knows the product.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))

/* Kept out of its caller, where the usual way would pay for the registers and the room on the stack
 * that the rare one needs. */
#define KEPT_APART __attribute__((noinline))

/* On a type: whoever drops a value of it gets a compile-time warning. */
#ifdef __cplusplus
#define MUST_USE
#define _Noreturn [[noreturn]]
extern "C" {
#else
#define MUST_USE [[nodiscard]]
#endif

/* ASSERT stays in release builds: it states what the program believes about
 * itself, and a program that is wrong about itself must stop.  Never use it on
 * input from outside; that is what enum err is for. */
#define ASSERT(cond) \
	(__builtin_expect(!!(cond), 1) ? (void)0 : assert_failed(#cond, __FILE__, __LINE__))
_Noreturn void assert_failed(const char *cond, const char *file, int line);

/* Asks the processor for the memory at an address, to read or to change it soon, and waits for
 * nothing.  The empty statement is there because gcc 12 takes a function that does nothing but
 * __builtin_prefetch for one without effect and drops the calls of it. */
/* How much to ask for in one go, with something to do in between, before it is needed: of more than
 * some twenty lines at once a processor drops those that it has no room for, and they are waited
 * for after all (seen on Zen 4). */
enum { PREFETCH_BURST = 8 };
#define PREFETCH(address) prefetch_line((address), 0)
#define PREFETCH_TO_CHANGE(address) prefetch_line((address), 1)
#define prefetch_line(address, change) \
	do { \
		__builtin_prefetch((address), (change)); \
		__asm__ volatile(""); \
	} while (0)

/* What went wrong, for code to branch on.  The words for people are in why.h.
 * To drop an error on purpose write (void)f() and say beside it why that is right. */
enum MUST_USE err {
	OK = 0,
	ERR_SYNTAX, /* the bytes do not follow the format */
	ERR_LIMIT, /* well formed, but more than we accept, or than its arena may hold */
	ERR_NOT_FOUND,
	ERR_IO, /* the disk or the network failed; what was acknowledged stays */
	ERR_DUPLICATE, /* already there, with the same content */
	ERR_CONFLICT, /* already there, with other content */
	ERR_BUSY, /* someone else holds it; try again later */
	ERR_FULL, /* no room on the disk or in a bounded queue */
	ERR_READ_ONLY,
	ERR_CORRUPT, /* stored bytes fail their checksum or contradict each other */
	ERR_VERSION, /* written by a newer program */
	ERR_DENIED,
	ERR_TIMEOUT,
	ERR_CANCELLED,
	ERR_COUNT_
};
typedef enum err err;

/* A borrowed run of bytes: not NUL-terminated, never freed through this type.
 * With len 0, ptr may be NULL; every function here takes that. */
typedef struct str {
	const char *ptr;
	size_t len;
} str;

#ifdef __cplusplus
}
#else
/* clang-format off */
#define STR_INIT(lit) { "" lit, sizeof(lit) - 1 } /* in static tables */
/* clang-format on */
#define STR(lit) ((str)STR_INIT(lit))
#endif

#ifndef __cplusplus
#define STR_FMT "%.*s" /* for printf in tests and tools */
#define STR_ARG(s) (int)(s).len, (s).ptr

str str_of(const char *c_string); /* of NULL: the empty one */
/* These three are asked for each member of each event, and mostly the length tells. */
bool bytes_equal(const char *a, const char *b, size_t len); /* len > 0 */
static inline bool str_equal(str a, str b)
{
	return a.len == b.len && (a.len == 0 || bytes_equal(a.ptr, b.ptr, a.len));
}
static inline str str_from(str text, size_t at) /* the rest from byte `at` (<= len) */
{
	ASSERT(at <= text.len);
	return at == 0 ? text : (str){ text.ptr + at, text.len - at };
}
static inline str str_upto(str text, size_t len) /* the first `len` bytes, or all if fewer */
{
	return (str){ text.ptr, MIN_OF(text.len, len) };
}
int str_compare(str a, str b); /* by bytes, shorter first; as memcmp */
bool str_has(str text, char c);
bool str_starts(str text, str prefix);
bool str_ends(str text, str suffix);
str str_trim(str text); /* ASCII spaces, tabs, CR and LF off both ends */

/* These write through their pointers only when they return true. */
bool str_split(str text, char at, str *before, str *after); /* at the first `at` */
bool str_split_last(str text, char at, str *before, str *after); /* at the last `at` */
bool str_skip_prefix(str *text, str prefix);
bool str_to_int64(str text, int64_t *number); /* -?[0-9]+ and nothing else, within range */

/* Well-formed UTF-8 (RFC 3629). */
bool str_is_utf8(str text);
/* The same without control characters (U+0000 to U+001F, U+007F to U+009F): such
 * text cannot break out of a header or a log line. */
bool str_is_text(str text);
/* Printable ASCII throughout: quick; then it is both of the above. */
bool str_is_plain(str text);
/* The longest prefix of at most `len` bytes that does not cut a UTF-8 character. */
str str_cut(str text, size_t len);
#endif

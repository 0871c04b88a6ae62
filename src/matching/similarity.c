/* matching/similarity.c - see similarity.h
 *
 * Jaro with one machine word: for each byte of the second text, the places of the first that hold
 * it, within the window and not yet taken, are one AND; the lowest of them is the match that the
 * textbook's loop would find.  The alignment distance is Hyyrö's bit-vector algorithm (2003). Texts
 * over 64 bytes go the textbook's way.
 */
#include "matching/similarity.h"

#include <string.h>

enum { WORD = 64 };

static str cut(str text)
{
	return str_upto(text, SIMILARITY_BYTES_MAX);
}

static void order(str *a, str *b)
{
	if (a->len > b->len || (a->len == b->len && str_compare(*a, *b) > 0)) {
		str kept = *a;
		*a = *b;
		*b = kept;
	}
}

static void mark(struct similarity *s, str text)
{
	for (size_t i = 0; i < text.len; i++)
		s->at[(unsigned char)text.ptr[i]] |= UINT64_C(1) << i;
}

static void unmark(struct similarity *s, str text)
{
	for (size_t i = 0; i < text.len; i++)
		s->at[(unsigned char)text.ptr[i]] = 0;
}

/* ---- Jaro */

static size_t window_of(str a, str b)
{
	size_t half = MAX_OF(a.len, b.len) / 2;

	return half > 0 ? half - 1 : 0;
}

static double jaro_of(size_t matches, size_t out_of_place, str a, str b)
{
	double m = (double)matches;
	size_t transpositions = out_of_place / 2; /* whole ones, as Winkler counts them */

	if (matches == 0)
		return 0;
	return (m / (double)a.len + m / (double)b.len + (m - (double)transpositions) / m) / 3;
}

/* b's bytes in turn look for their place in a. */
static double jaro_bits(struct similarity *s, str a, str b)
{
	size_t window = window_of(a, b), out_of_place = 0;
	uint64_t taken = 0, found = 0,
		 all = a.len == WORD ? ~UINT64_C(0) : (UINT64_C(1) << a.len) - 1;

	mark(s, a);
	for (size_t j = 0; j < b.len; j++) {
		size_t low = j > window ? j - window : 0, high = j + window + 1;
		if (low >= a.len)
			break;
		uint64_t within =
			(high >= a.len ? all : (UINT64_C(1) << high) - 1) & (~UINT64_C(0) << low);
		uint64_t free_here = s->at[(unsigned char)b.ptr[j]] & within & ~taken;
		taken |= free_here & (~free_here + 1);
		found |= (uint64_t)(free_here != 0) << j;
	}
	unmark(s, a);
	size_t matches = (size_t)__builtin_popcountll(taken);
	for (uint64_t t = taken, f = found; t != 0; t &= t - 1, f &= f - 1)
		out_of_place += a.ptr[__builtin_ctzll(t)] != b.ptr[__builtin_ctzll(f)];
	return jaro_of(matches, out_of_place, a, b);
}

static double jaro_plain(str a, str b)
{
	bool taken[SIMILARITY_BYTES_MAX] = { false }, found[SIMILARITY_BYTES_MAX] = { false };
	size_t window = window_of(a, b), matches = 0, out_of_place = 0;

	for (size_t j = 0; j < b.len; j++)
		for (size_t i = j > window ? j - window : 0; i < MIN_OF(j + window + 1, a.len); i++)
			if (!taken[i] && a.ptr[i] == b.ptr[j]) {
				taken[i] = found[j] = true;
				matches++;
				break;
			}
	for (size_t i = 0, j = 0; i < a.len; i++) {
		if (!taken[i])
			continue;
		while (!found[j])
			j++;
		out_of_place += a.ptr[i] != b.ptr[j++];
	}
	return jaro_of(matches, out_of_place, a, b);
}

static size_t common_first(str a, str b)
{
	size_t n = 0;

	while (n < 4 && n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
		n++;
	return n;
}

static double with_prefix(double jaro, str a, str b)
{
	return jaro + 0.1 * (double)common_first(a, b) * (1 - jaro);
}

double jaro_winkler(struct similarity *scratch, str a, str b)
{
	a = cut(a);
	b = cut(b);
	order(&a, &b);
	if (a.len == 0)
		return b.len == 0 ? 1 : 0;
	double jaro = b.len <= WORD ? jaro_bits(scratch, a, b) : jaro_plain(a, b);
	return with_prefix(jaro, a, b);
}

/* ---- letters */

/* Which bit stands for a letter's nth occurrence must not depend on what else there is. */
uint64_t letters_of(str text)
{
	uint8_t seen[256] = { 0 };
	uint64_t letters = 0;

	for (size_t i = 0; i < MIN_OF(text.len, (size_t)SIMILARITY_BYTES_MAX); i++) {
		unsigned c = (unsigned char)text.ptr[i];
		bool digit = c >= '0' && c <= '9';
		unsigned at = digit ? c - '0' + 10u * seen[c] : (c & 31) + 32u * seen[c];
		seen[c]++;
		if (at < 64)
			letters |= UINT64_C(1) << at;
	}
	return letters;
}

/* ---- edits */

/* Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003). */
static unsigned edits_bits(struct similarity *s, str a, str b)
{
	uint64_t vertical_plus = ~UINT64_C(0), vertical_minus = 0, diagonal = 0, before = 0;
	uint64_t last = UINT64_C(1) << (a.len - 1);
	unsigned distance = (unsigned)a.len;

	mark(s, a);
	for (size_t j = 0; j < b.len; j++) {
		uint64_t equal = s->at[(unsigned char)b.ptr[j]];
		uint64_t swap = (((~diagonal) & equal) << 1) & before;
		diagonal = (((equal & vertical_plus) + vertical_plus) ^ vertical_plus) | equal |
			   vertical_minus | swap;
		uint64_t horizontal_plus = vertical_minus | ~(diagonal | vertical_plus);
		uint64_t horizontal_minus = diagonal & vertical_plus;
		distance += (horizontal_plus & last) != 0;
		distance -= (horizontal_minus & last) != 0;
		horizontal_plus = (horizontal_plus << 1) | 1;
		vertical_plus = (horizontal_minus << 1) | ~(diagonal | horizontal_plus);
		vertical_minus = horizontal_plus & diagonal;
		before = equal;
	}
	unmark(s, a);
	return distance;
}

static unsigned edits_plain(str a, str b)
{
	unsigned rows[3][SIMILARITY_BYTES_MAX + 1];
	unsigned *before = rows[0], *row = rows[1], *next = rows[2];

	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		next[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			unsigned best = row[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
			best = MIN_OF(best, row[j] + 1);
			best = MIN_OF(best, next[j - 1] + 1);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
				a.ptr[i - 2] == b.ptr[j - 1])
				best = MIN_OF(best, before[j - 2] + 1);
			next[j] = best;
		}
		unsigned *spare = before;
		before = row;
		row = next;
		next = spare;
	}
	return row[b.len];
}

unsigned edits(struct similarity *scratch, str a, str b, unsigned most)
{
	a = cut(a);
	b = cut(b);
	order(&a, &b);
	if (b.len - a.len > most)
		return most + 1;
	unsigned distance = a.len == 0      ? (unsigned)b.len
			    : b.len <= WORD ? edits_bits(scratch, a, b)
					    : edits_plain(a, b);
	return MIN_OF(distance, most + 1);
}

bool is_one_edit(str a, str b)
{
	size_t first = 0, last = 0;

	a = cut(a);
	b = cut(b);
	size_t least = MIN_OF(a.len, b.len), most = MAX_OF(a.len, b.len);
	if (most - least > 1)
		return false;
	while (first < least && a.ptr[first] == b.ptr[first])
		first++;
	while (last < least - first && a.ptr[a.len - 1 - last] == b.ptr[b.len - 1 - last])
		last++;
	if (first + last + 1 >= most)
		return true; /* equal, another letter, or one more */
	return least == most && first + last + 2 == most && a.ptr[first] == b.ptr[first + 1] &&
	       a.ptr[first + 1] == b.ptr[first];
}

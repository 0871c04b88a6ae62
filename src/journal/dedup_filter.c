/* journal/dedup_filter.c - many keys at once: see dedup_filter.h
 *
 * A key's bit in each of the eight words of a line is made in two vectors of four words: what is
 * shifted stays in registers.  Written word by word first and read back by wider loads, it would
 * have to wait for its own way through memory.
 */
#include "journal/dedup_filter.h"

static struct filter_line *line_of(
	const struct filter_line *lines, uint64_t line_count, struct dedup_key key)
{
	return (struct filter_line *)(uintptr_t)&lines[part_of(key.high, line_count)];
}

void filter_fetch(const struct filter_line *lines, uint64_t line_count,
	const struct dedup_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		PREFETCH(line_of(lines, line_count, keys[i]));
}

static void fetch_noted(const struct filter_line *lines, uint64_t line_count,
	const struct dedup_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		PREFETCH_TO_CHANGE(line_of(lines, line_count, entries[i].key));
}

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2"), always_inline)) static inline

/* The bits of a key: of words 0 to 3, and of 4 to 7. */
struct bits {
	__m256i first, last;
};

AVX2 struct bits bits_of(uint64_t low)
{
	const __m256i all = _mm256_set1_epi64x((long long)low), one = _mm256_set1_epi64x(1);
	const __m256i mask = _mm256_set1_epi64x(63);
	__m256i first = _mm256_srlv_epi64(all, _mm256_setr_epi64x(0, 6, 12, 18));
	__m256i last = _mm256_srlv_epi64(all, _mm256_setr_epi64x(24, 30, 36, 42));

	return (struct bits){ _mm256_sllv_epi64(one, _mm256_and_si256(first, mask)),
		_mm256_sllv_epi64(one, _mm256_and_si256(last, mask)) };
}

AVX2 struct bits load_bits(const void *line)
{
	const __m256i *at = line;

	return (struct bits){ _mm256_loadu_si256(at), _mm256_loadu_si256(at + 1) };
}

AVX2 void store_bits(void *line, struct bits bits)
{
	__m256i *at = line;

	_mm256_storeu_si256(at, bits.first);
	_mm256_storeu_si256(at + 1, bits.last);
}

AVX2 struct bits united(struct bits a, struct bits b)
{
	return (struct bits){ _mm256_or_si256(a.first, b.first), _mm256_or_si256(a.last, b.last) };
}

/* Has `line` all of `bits`? */
AVX2 bool has_all(struct bits line, struct bits bits)
{
	__m256i missing = _mm256_or_si256(_mm256_andnot_si256(line.first, bits.first),
		_mm256_andnot_si256(line.last, bits.last));

	return _mm256_testz_si256(missing, missing) != 0;
}

__attribute__((target("avx2"))) static void ask_wide(const struct filter_line *lines,
	uint64_t line_count, const struct dedup_key *keys, size_t count, bool *may_have)
{
	for (size_t i = 0; i < count; i++)
		may_have[i] = has_all(
			load_bits(line_of(lines, line_count, keys[i])), bits_of(keys[i].low));
}

__attribute__((target("avx2"))) static void note_wide(struct filter_line *lines,
	uint64_t line_count, const struct dedup_entry *entries, size_t count, bool *had)
{
	for (size_t i = 0; i < count; i++) {
		struct filter_line *line = line_of(lines, line_count, entries[i].key);
		struct bits was = load_bits(line), bits = bits_of(entries[i].key.low);
		had[i] = has_all(was, bits);
		store_bits(line, united(was, bits));
	}
}

__attribute__((target("avx2"))) static void add_all_wide(
	uint8_t *line, const struct dedup_ranked *entries, size_t count)
{
	struct bits all = load_bits(line);

	for (size_t i = 0; i < count; i++)
		all = united(all, bits_of(load_u64(entries[i].bytes + DEDUP_ENTRY_LOW_AT)));
	store_bits(line, all);
}

static bool is_wide(void)
{
	return __builtin_cpu_supports("avx2");
}
#else
#define is_wide() false
#define ask_wide(...) (void)0
#define note_wide(...) (void)0
#define add_all_wide(...) (void)0
#endif

void filter_ask(const struct filter_line *lines, uint64_t line_count, const struct dedup_key *keys,
	size_t count, bool *may_have)
{
	filter_fetch(lines, line_count, keys, count);
	if (is_wide()) {
		ask_wide(lines, line_count, keys, count, may_have);
		return;
	}
	for (size_t i = 0; i < count; i++)
		may_have[i] = filter_line_may_have(
			(const uint8_t *)line_of(lines, line_count, keys[i]), keys[i].low);
}

void filter_note(struct filter_line *lines, uint64_t line_count, const struct dedup_entry *entries,
	size_t count, bool *had)
{
	fetch_noted(lines, line_count, entries, count);
	if (is_wide()) {
		note_wide(lines, line_count, entries, count, had);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct filter_line *line = line_of(lines, line_count, entries[i].key);
		had[i] = filter_line_may_have((const uint8_t *)line, entries[i].key.low);
		filter_line_add(line, entries[i].key.low);
	}
}

void filter_line_add_all(uint8_t *line, const struct dedup_ranked *entries, size_t count)
{
	struct filter_line copy;

	if (is_wide()) {
		add_all_wide(line, entries, count);
		return;
	}
	memcpy(&copy, line, sizeof(copy));
	for (size_t i = 0; i < count; i++)
		filter_line_add(&copy, load_u64(entries[i].bytes + DEDUP_ENTRY_LOW_AT));
	memcpy(line, &copy, sizeof(copy));
}

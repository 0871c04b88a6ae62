/* base/json_parse.cpp - simdjson's side of the JSON parser, and doubles as text; all the C++.
 *
 * simdjson parses into a tape of its own; one walk over the tape builds the tree.  All strings
 * of a text go to one piece of the arena: unescaped they are never longer than the text.
 * Nothing throws: simdjson's error codes only.
 */
#include "base/json_internal.h"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <new>

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

extern "C" {
/* From base/arena.h, which is C only. */
void *arena_room(struct arena *arena, size_t bytes);
}

namespace dom = simdjson::dom;

struct json_quick {
	dom::parser parser;
	size_t depth_max;

	json_quick(size_t bytes_max, size_t depth) : parser(bytes_max), depth_max(depth)
	{
	}
};

namespace
{

/* simdjson's tape (its doc/tape.md): a word each, the kind in its upper 8 bits.  Read as it lies:
 * through its elements and iterators every value takes several times as long.
 *
 *   [ {    lower 32 bits: the word behind the end; above them how many items, at most COUNT_MOST
 *   "      where the string stands among all strings: 4 bytes length, bytes
 *   l u d  the number is the next word
 */
constexpr uint64_t PAYLOAD = (uint64_t(1) << 56) - 1;
constexpr size_t COUNT_MOST = 0xffffff;

struct walk {
	struct arena *arena;
	const uint64_t *tape_start, *tape; /* the next word */
	const uint8_t *strings;
	char *text; /* where the next string goes */
	size_t nodes_left, depth_left;
	bool full;

	str copy(std::string_view from);
	str string(uint64_t word);
	bool value(struct json *to);
	bool container(uint64_t word, struct json *to);
	bool array(size_t count, struct json *to);
	bool object(size_t count, struct json *to);
};

/* Most are short: two moves that may overlap, where memcpy() would be a call. */
str walk::copy(std::string_view from)
{
	str to{ text, from.size() };

	if (from.size() > 16) {
		memcpy(text, from.data(), from.size());
	} else if (from.size() >= 8) {
		memcpy(text, from.data(), 8);
		memcpy(text + from.size() - 8, from.data() + from.size() - 8, 8);
	} else if (from.size() >= 4) {
		memcpy(text, from.data(), 4);
		memcpy(text + from.size() - 4, from.data() + from.size() - 4, 4);
	} else {
		for (size_t i = 0; i < from.size(); i++)
			text[i] = from[i];
	}
	text += from.size();
	return to;
}

/* Not zeroed, for all of it is written.  There are fewer items than the text has bytes: their bytes
 * can be counted. */
template <typename item> item *room_for(struct arena *arena, size_t count)
{
	return static_cast<item *>(arena_room(arena, count * sizeof(item)));
}

str walk::string(uint64_t word)
{
	const uint8_t *at = strings + (word & PAYLOAD);
	uint32_t len;

	memcpy(&len, at, sizeof(len));
	return copy({ reinterpret_cast<const char *>(at + sizeof(len)), len });
}

/* Of the container that begins with `word`; `at`: the word behind it. */
size_t count_of(uint64_t word, const uint64_t *tape, const uint64_t *at)
{
	size_t count = word >> 32 & COUNT_MOST, values = 0;

	if (count < COUNT_MOST)
		return count;
	while (*at >> 56 != ']' && *at >> 56 != '}') {
		uint64_t kind = *at >> 56;
		if (kind == '[' || kind == '{')
			at = tape + uint32_t(*at);
		else
			at += kind == 'l' || kind == 'u' || kind == 'd' ? 2 : 1;
		values++;
	}
	return word >> 56 == '{' ? values / 2 : values;
}

bool walk::array(size_t count, struct json *to)
{
	auto *items = room_for<struct json>(arena, count);

	full = items == nullptr;
	to->array = json_items{ items, count };
	for (size_t i = 0; !full && i < count; i++)
		if (!value(&items[i]))
			return false;
	return !full;
}

bool walk::object(size_t count, struct json *to)
{
	auto *items = room_for<json_member>(arena, count);

	full = items == nullptr;
	to->object = json_members{ items, count };
	for (size_t i = 0; !full && i < count; i++) {
		items[i].key = string(*tape++);
		if (!value(&items[i].value))
			return false;
	}
	return !full;
}

bool walk::container(uint64_t word, struct json *to)
{
	bool is_array = word >> 56 == '[', done = true;
	size_t count = count_of(word, tape_start, tape);

	to->kind = is_array ? JSON_ARRAY : JSON_OBJECT;
	if (depth_left == 0)
		return false;
	depth_left--;
	if (count > 0)
		done = is_array ? array(count, to) : object(count, to);
	else if (is_array)
		to->array = json_items{ nullptr, 0 };
	else
		to->object = json_members{ nullptr, 0 };
	depth_left++;
	tape++; /* its end */
	return done;
}

bool walk::value(struct json *to)
{
	uint64_t word = *tape++;

	if (nodes_left == 0)
		return false;
	nodes_left--;
	switch (word >> 56) {
	case '[':
	case '{':
		return container(word, to);
	case '"':
		to->kind = JSON_STRING;
		to->string = string(word);
		return true;
	case 'l':
		to->kind = JSON_INTEGER;
		memcpy(&to->integer, tape++, sizeof(to->integer));
		return true;
	case 'd':
		to->kind = JSON_FLOAT;
		memcpy(&to->number, tape++, sizeof(to->number));
		return true;
	case 't':
	case 'f':
		to->kind = JSON_BOOLEAN;
		to->boolean = word >> 56 == 't';
		return true;
	case 'n':
		to->kind = JSON_NULL;
		return true;
	default: /* u, beyond int64: its text is wanted */
		return false;
	}
}

/* simdjson 3.0 lets the second half of a surrogate pair stand alone. */
bool names_a_surrogate(const char *text, size_t bytes)
{
	const char *end = text + bytes;

	while (text < end) {
		text = static_cast<const char *>(memchr(text, '\\', size_t(end - text)));
		if (text == nullptr || end - text < 3)
			return false;
		if (text[1] == 'u' && (text[2] == 'd' || text[2] == 'D'))
			return true;
		text += 2;
	}
	return false;
}

} // namespace

struct json_quick *json_quick_create(size_t bytes_max, size_t depth_max)
{
	auto *quick = new (std::nothrow) json_quick(bytes_max, depth_max);

	if (quick == nullptr)
		abort();
	return quick;
}

void json_quick_free(struct json_quick *quick)
{
	delete quick;
}

/* Doubling, so that growing texts do not allocate each time.  simdjson answers one level before
 * its maximum; the walk counts the levels itself. */
static bool make_room(struct json_quick *quick, size_t bytes)
{
	size_t now = quick->parser.capacity();

	if (bytes <= now)
		return true;
	return quick->parser.allocate(now * 2 > bytes ? now * 2 : bytes, quick->depth_max + 1) ==
	       simdjson::SUCCESS;
}

enum json_quick_answer json_quick_parse(struct json_quick *quick, const char *text, size_t bytes,
	size_t nodes_max, struct arena *arena, struct json *out)
{
	struct json tree;

	if (names_a_surrogate(text, bytes))
		return JSON_QUICK_DECLINED;
	if (!make_room(quick, bytes))
		abort();
	if (quick->parser.parse(text, bytes, true).error() != simdjson::SUCCESS)
		return JSON_QUICK_DECLINED;
	char *room = room_for<char>(arena, bytes);
	if (room == nullptr)
		return JSON_QUICK_NO_ROOM;
	const dom::document &parsed = quick->parser.doc;
	walk w{ arena, parsed.tape.get(), parsed.tape.get() + 1, parsed.string_buf.get(), room,
		nodes_max, quick->depth_max, false }; /* the first word is the root's */
	if (!w.value(&tree))
		return w.full ? JSON_QUICK_NO_ROOM : JSON_QUICK_DECLINED;
	*w.text = '\0'; /* there is room: strings came in quotes.  regexec() is watched up to it */
	*out = tree;
	return JSON_QUICK_DONE;
}

/* Whether a number beyond the range of doubles is so on the small side: where its first digit
 * other than 0 stands, counted from the point, plus its exponent, tell. */
static bool is_tiny(const char *text, const char *end)
{
	const long long exponent_most = 1LL << 60;
	const char *exponent = text;
	long long first = 0, scale = 0;
	bool found = false, after_point = false;

	for (; exponent < end && *exponent != 'e' && *exponent != 'E'; exponent++) {
		if (*exponent == '.')
			after_point = true;
		else if (*exponent > '0' && *exponent <= '9')
			found = true;
		if (*exponent >= '0' && *exponent <= '9')
			first += found && !after_point ? 1 : !found && after_point ? -1 : 0;
	}
	if (exponent < end) {
		const char *digits = exponent + (exponent + 1 < end && exponent[1] == '+' ? 2 : 1);
		bool read = std::from_chars(digits, end, scale).ec == std::errc();
		if (!read || scale > exponent_most || scale < -exponent_most)
			return *digits == '-'; /* no text is long enough to make up for it */
	}
	return !found || first + scale < 0;
}

bool json_float_of(const char *text, size_t bytes, double *number)
{
	double value = 0;
	auto result = std::from_chars(text, text + bytes, value);

	if (result.ptr != text + bytes) /* not a number, or not only */
		return false;
	if (result.ec == std::errc()) {
		*number = value;
		return true;
	}
	if (result.ec != std::errc::result_out_of_range || !is_tiny(text, text + bytes))
		return false;
	*number = *text == '-' ? -0.0 : 0.0;
	return true;
}

size_t json_float_shortest(double number, char *out)
{
	auto result = std::to_chars(out, out + 32, number);

	return result.ec == std::errc() ? size_t(result.ptr - out) : 0;
}

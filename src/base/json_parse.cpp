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
void *arena_alloc(struct arena *arena, size_t bytes);
void *arena_array(struct arena *arena, size_t count, size_t bytes);
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

struct walk {
	struct arena *arena;
	char *text; /* where the next string goes */
	size_t nodes_left, depth_left;
	bool full;

	str copy(std::string_view from);
	bool value(dom::element from, struct json *to);
	bool array(dom::array from, struct json *to);
	bool object(dom::object from, struct json *to);
};

str walk::copy(std::string_view from)
{
	str to{ text, from.size() };

	if (!from.empty())
		memcpy(text, from.data(), from.size());
	text += from.size();
	return to;
}

/* The tape counts up to 2^24 - 1 and no further. */
template <typename container> size_t count_of(container from)
{
	size_t count = from.size();

	if (count < 0xffffff)
		return count;
	count = 0;
	for (auto i = from.begin(); i != from.end(); ++i)
		count++;
	return count;
}

bool walk::array(dom::array from, struct json *to)
{
	size_t count = count_of(from);

	to->kind = JSON_ARRAY;
	to->array = json_items{ nullptr, 0 };
	if (count == 0)
		return true;
	auto *items = static_cast<struct json *>(arena_array(arena, count, sizeof(struct json)));
	if (items == nullptr) {
		full = true;
		return false;
	}
	to->array = json_items{ items, count };
	for (dom::element item : from)
		if (!value(item, items++))
			return false;
	return true;
}

bool walk::object(dom::object from, struct json *to)
{
	size_t count = count_of(from);

	to->kind = JSON_OBJECT;
	to->object = json_members{ nullptr, 0 };
	if (count == 0)
		return true;
	auto *items = static_cast<json_member *>(arena_array(arena, count, sizeof(json_member)));
	if (items == nullptr) {
		full = true;
		return false;
	}
	to->object = json_members{ items, count };
	for (auto field : from) {
		items->key = copy(field.key);
		if (!value(field.value, &items->value))
			return false;
		items++;
	}
	return true;
}

bool walk::value(dom::element from, struct json *to)
{
	bool done;

	if (nodes_left == 0)
		return false;
	nodes_left--;
	switch (from.type()) {
	case dom::element_type::ARRAY:
	case dom::element_type::OBJECT:
		if (depth_left == 0)
			return false;
		depth_left--;
		done = from.is_array() ? array(from.get_array().value_unsafe(), to)
				       : object(from.get_object().value_unsafe(), to);
		depth_left++;
		return done;
	case dom::element_type::INT64:
		to->kind = JSON_INTEGER;
		to->integer = from.get_int64().value_unsafe();
		return true;
	case dom::element_type::DOUBLE:
		to->kind = JSON_FLOAT;
		to->number = from.get_double().value_unsafe();
		return true;
	case dom::element_type::STRING:
		to->kind = JSON_STRING;
		to->string = copy(from.get_string().value_unsafe());
		return true;
	case dom::element_type::BOOL:
		to->kind = JSON_BOOLEAN;
		to->boolean = from.get_bool().value_unsafe();
		return true;
	case dom::element_type::NULL_VALUE:
		to->kind = JSON_NULL;
		return true;
	case dom::element_type::UINT64:
		break; /* beyond int64: its text is wanted */
	}
	return false;
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
	dom::element root;
	struct json tree;

	if (names_a_surrogate(text, bytes))
		return JSON_QUICK_DECLINED;
	if (!make_room(quick, bytes))
		abort();
	if (quick->parser.parse(text, bytes, true).get(root) != simdjson::SUCCESS)
		return JSON_QUICK_DECLINED;
	char *room = static_cast<char *>(arena_alloc(arena, bytes));
	if (room == nullptr)
		return JSON_QUICK_NO_ROOM;
	walk w{ arena, room, nodes_max, quick->depth_max, false };
	if (!w.value(root, &tree))
		return w.full ? JSON_QUICK_NO_ROOM : JSON_QUICK_DECLINED;
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

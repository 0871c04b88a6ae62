/* thread/attribute_walk.c - an event's attributes laid flat; see attribute.h */
#include "thread/attribute.h"

#include <string.h>

struct walk {
	attribute_visit *visit;
	void *context;
	size_t visited, left_out;
	char key[ATTRIBUTE_KEY_BYTES_MAX];
};

static void walk_value(struct walk *w, str key, const struct value *value, int depth);

/* The longer key is built in w->key, where `before` may lie already. */
static void walk_map(struct walk *w, str before, const struct value *map, int depth)
{
	for (size_t i = 0; i < map->map.count; i++) {
		const struct attribute *a = &map->map.items[i];
		if (before.len + 1 + a->key.len > sizeof(w->key)) {
			w->left_out++;
			continue;
		}
		if (before.ptr != w->key) {
			memcpy(w->key, before.ptr, before.len);
			before.ptr = w->key;
		}
		w->key[before.len] = '.';
		if (a->key.len > 0)
			memcpy(w->key + before.len + 1, a->key.ptr, a->key.len);
		walk_value(w, (str){ w->key, before.len + 1 + a->key.len }, &a->value, depth);
	}
}

static void walk_list(struct walk *w, str key, const struct value *list, int depth)
{
	for (size_t i = 0; i < list->list.count; i++)
		walk_value(w, key, &list->list.items[i], depth);
}

static bool is_empty(const struct value *value)
{
	return (value->kind == VALUE_LIST && value->list.count == 0) ||
	       (value->kind == VALUE_MAP && value->map.count == 0) || value->kind == VALUE_NULL;
}

static void walk_value(struct walk *w, str key, const struct value *value, int depth)
{
	bool nests = value->kind == VALUE_LIST || value->kind == VALUE_MAP;

	if (is_empty(value))
		return;
	if (nests ? depth == ATTRIBUTE_DEPTH_MAX : w->visited == ATTRIBUTE_ROW_VALUES_MAX) {
		w->left_out++;
	} else if (value->kind == VALUE_LIST) {
		walk_list(w, key, value, depth + 1);
	} else if (value->kind == VALUE_MAP) {
		walk_map(w, key, value, depth + 1);
	} else {
		w->visited++;
		w->visit(w->context, key, value);
	}
}

size_t attribute_walk(const struct record *record, attribute_visit *visit, void *context)
{
	struct walk w;

	w.visit = visit; /* not the whole: the key's bytes need no zeros */
	w.context = context;
	w.visited = w.left_out = 0;
	for (size_t i = 0; i < record->attribute_count; i++) {
		const struct attribute *a = &record->attributes[i];
		if (a->key.len > ATTRIBUTE_KEY_BYTES_MAX)
			w.left_out += !is_empty(&a->value);
		else
			walk_value(&w, a->key, &a->value, 0);
	}
	return w.left_out;
}

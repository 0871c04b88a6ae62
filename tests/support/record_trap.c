/* tests/support/record_trap.c - see record_trap.h */
#include "support/record_trap.h"

#include "base/file.h"
#include "event/codec.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_BYTES_MAX = 64 << 20, FILE_BYTES_MAX = 64 << 20 };

static err read_text(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct text_input *t = (struct text_input *)input;

	(void)why;
	*got = MIN_OF(t->left.len, bytes);
	if (t->step > 0)
		*got = MIN_OF(*got, t->step);
	if (*got > 0)
		memcpy(to, t->left.ptr, *got);
	t->left = str_from(t->left, *got);
	return OK;
}

struct text_input text_input_of(str text, size_t step)
{
	return (struct text_input){ { read_text, STR("test.csv") }, text, step };
}

static void value_words(const struct value *v, struct strbuf *out)
{
	char time[INSTANT_TEXT_BYTES];

	switch (v->kind) {
	case VALUE_NULL:
		strbuf_add(out, STR("null"));
		return;
	case VALUE_STRING:
		strbuf_add_byte(out, '\'');
		strbuf_add(out, v->string);
		strbuf_add_byte(out, '\'');
		return;
	case VALUE_INTEGER:
		strbuf_add_int(out, v->integer);
		return;
	case VALUE_FLOAT:
		strbuf_printf(out, "%.17gf", v->number);
		return;
	case VALUE_BOOLEAN:
		strbuf_add_c(out, v->boolean ? "true" : "false");
		return;
	case VALUE_TIME:
		strbuf_add(out, instant_as_told(time, &v->time));
		return;
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		strbuf_add(out, STR("(nested)"));
		return;
	}
}

static void attribute_words(
	const struct attribute *items, size_t count, const char *mark, struct strbuf *out)
{
	for (size_t i = 0; i < count; i++) {
		strbuf_printf(out, " %s", mark);
		strbuf_add(out, items[i].key);
		strbuf_add_byte(out, '=');
		value_words(&items[i].value, out);
	}
}

void record_words(const struct record *r, struct strbuf *out)
{
	char time[INSTANT_TEXT_BYTES];
	const struct {
		const char *mark;
		str text;
	} names[] = { { "id", r->message_id }, { "interaction", r->interaction },
		{ "case", r->case_id }, { "actor", r->actor }, { "text", r->text },
		{ "language", r->text_language }, { "source", r->source } };

	strbuf_add(out, r->kind == RECORD_EVENT ? STR("event ") : STR("entity "));
	strbuf_add(out, r->has_time ? instant_as_told(time, &r->time) : STR("-"));
	strbuf_add_byte(out, ' ');
	strbuf_add(out, r->channel);
	strbuf_add(out, STR(" ["));
	strbuf_add(out, r->activity);
	strbuf_add_byte(out, ']');
	for (size_t i = 0; i < r->identifier_count; i++) {
		strbuf_add_byte(out, ' ');
		strbuf_add(out, r->identifiers[i].type);
		strbuf_add_byte(out, ':');
		strbuf_add(out, r->identifiers[i].value);
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].text.len > 0) {
			strbuf_printf(out, " @%s=", names[i].mark);
			strbuf_add(out, names[i].text);
		}
	attribute_words(r->attributes, r->attribute_count, "", out);
	attribute_words(r->traits, r->trait_count, "+", out);
}

static err trap_record(struct record_sink *sink, const struct record *record,
	const struct place *place, struct why *why)
{
	struct record_trap *trap = (struct record_trap *)sink;

	(void)why;
	trap->records++;
	if (trap->stop_after == trap->records)
		return ERR_CANCELLED;
	if (trap->seen != NULL)
		trap->seen(trap->context, record);
	if (trap->counts_only)
		return OK;
	strbuf_printf(&trap->lines, "%lld ", (long long)place->line);
	record_words(record, &trap->lines);
	strbuf_add_byte(&trap->lines, '\n');
	return OK;
}

static err trap_reject(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	struct record_trap *trap = (struct record_trap *)sink;

	(void)why;
	trap->rejects++;
	if (trap->counts_only)
		return OK;
	strbuf_printf(&trap->lines, "!%lld:%lld %s ", (long long)reason->line,
		(long long)reason->column, message_kebab(reason->message).ptr);
	strbuf_add(&trap->lines, str_upto(raw, 60));
	strbuf_add_byte(&trap->lines, '\n');
	return OK;
}

struct record_trap record_trap_make(void)
{
	return (struct record_trap){ .sink = { .record = trap_record, .reject = trap_reject },
		.lines = strbuf_heap(LINES_BYTES_MAX) };
}

static bool trap_form(struct record_sink *sink, const struct record *pattern, const size_t *strings,
	size_t string_count)
{
	struct record_trap *trap = (struct record_trap *)sink;

	CHECK("told once", trap->formed == 0);
	return record_form_init(trap->form, pattern, strings, string_count);
}

static err trap_formed(struct record_sink *sink, const struct formed *formed,
	const struct place *place, struct why *why)
{
	struct record_trap *trap = (struct record_trap *)sink;
	struct record_identifier identifiers[FORM_IDENTIFIERS_MAX];
	struct record record, named;

	CHECK("taken", record_form_takes(trap->form, formed));
	record_of_form(trap->form, formed, identifiers, &record);
	named = record;
	named.source = STR("test");
	CHECK("would be accepted", record_check(&named, NULL) == OK);
	trap->formed++;
	return sink->record(sink, &record, place, why);
}

void record_trap_forms(struct record_trap *trap)
{
	trap->form = memory_alloc(sizeof(*trap->form));
	trap->sink.form = trap_form;
	trap->sink.formed = trap_formed;
}

str record_trap_lines(const struct record_trap *trap)
{
	CHECK("lines", strbuf_ok(&trap->lines));
	return strbuf_str(&trap->lines);
}

void record_trap_done(struct record_trap *trap)
{
	strbuf_done(&trap->lines);
	free(trap->form);
}

str file_text(const char *folder, const char *name, struct arena *arena)
{
	char path[PATH_BYTES_MAX];
	str text = { NULL, 0 };

	CHECK(name, path_join(path, folder, name, NULL) == OK);
	CHECK(name, disk_read_whole(disk_real(), path, FILE_BYTES_MAX, arena, &text, NULL) == OK);
	return text;
}

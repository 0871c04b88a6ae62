/* fuzz/config_fuzz.c - ariane.conf from anybody: what is accepted holds, written out and read
 * again, the same settings; what is refused names its line and changes nothing. */
#include "main/config.h"

#include <string.h>

#include "fuzz.h"

static void write_out(const struct settings *settings, struct strbuf *out)
{
	for (size_t i = 0; i < SETTING_COUNT_; i++) {
		if (settings->values[i].from != ORIGIN_FILE)
			continue;
		strbuf_printf(
			out, "[%s]\n%s=", setting_rows[i].section.ptr, setting_rows[i].key.ptr);
		strbuf_add(out, settings->values[i].text);
		strbuf_add_byte(out, '\n');
	}
}

static void write_inputs(const struct settings *settings, struct strbuf *out)
{
	for (size_t i = 0; i < settings->input_count; i++) {
		const struct input_section *in = &settings->inputs[i];
		strbuf_printf(out, "[%s %s]\n", input_kind_name(in->kind).ptr, in->name.ptr);
		for (size_t k = 0; k < INPUT_KEY_COUNT_; k++) {
			if (in->values[k].line == 0)
				continue;
			strbuf_printf(out, "%s=", input_rows[k].key.ptr);
			strbuf_add(out, in->values[k].text);
			strbuf_add_byte(out, '\n');
		}
	}
}

static void check_inputs(const struct settings *a, const struct settings *b)
{
	ASSERT(a->input_count == b->input_count && a->input_count <= INPUT_SECTIONS_MAX);
	for (size_t i = 0; i < a->input_count; i++)
		ASSERT(input_equal(&a->inputs[i], &b->inputs[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct strbuf again = strbuf_in(arena, 1 << 18);
	struct settings first, second;
	struct why why = { 0 };

	settings_init(&first);
	err e = settings_read(
		&first, (str){ (const char *)data, size }, STR("fuzz.conf"), arena, &why);
	if (e != OK) {
		ASSERT(why.message != MSG_NONE && strcmp(why.file, "fuzz.conf") == 0);
		ASSERT(why.has_line || why.message == MSG_CONFIG_BYTES);
		ASSERT(first.values[SETTING_DATA].from == ORIGIN_PRESET);
		return 0;
	}
	write_out(&first, &again);
	write_inputs(&first, &again);
	settings_init(&second);
	e = settings_read(&second, strbuf_str(&again), STR("fuzz.conf"), arena, &why);
	ASSERT(e == OK);
	check_inputs(&first, &second);
	for (size_t i = 0; i < SETTING_COUNT_; i++)
		ASSERT(str_equal(first.values[i].text, second.values[i].text));
	return 0;
}

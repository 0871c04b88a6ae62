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
	settings_init(&second);
	e = settings_read(&second, strbuf_str(&again), STR("fuzz.conf"), arena, &why);
	ASSERT(e == OK);
	for (size_t i = 0; i < SETTING_COUNT_; i++)
		ASSERT(str_equal(first.values[i].text, second.values[i].text));
	return 0;
}

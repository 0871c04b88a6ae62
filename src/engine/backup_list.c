/* engine/backup_list.c - reading the list of a back-up; see backup.h */
#include "base/crc32c.h"
#include "engine/backup_internal.h"

#include <string.h>

static bool hex32(str text, uint32_t *out)
{
	uint32_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
		if (!digit && !letter)
			return false;
		n = n << 4 | (uint32_t)(digit ? c - '0' : c - 'a' + 10);
	}
	*out = n;
	return text.len == 8;
}

/* A name must stay within the back-up. */
static bool is_inside(str name)
{
	str folder, rest;
	bool nested = str_split(name, '/', &folder, &rest);

	if (nested && !str_equal(folder, STR("journal")) && !str_equal(folder, STR("dedup")))
		return false;
	str last = nested ? rest : name;
	return last.len > 0 && !str_has(last, '/') && last.ptr[0] != '.' && str_is_text(last);
}

static bool read_file_line(str line, struct backup_file *out)
{
	str bytes, crc, rest;
	int64_t n;

	if (!str_split(line, ' ', &bytes, &rest) || !str_split(rest, ' ', &crc, &out->name))
		return false;
	if (!str_to_int64(bytes, &n) || n < 0 || !hex32(crc, &out->crc) || !is_inside(out->name))
		return false;
	out->bytes = (uint64_t)n;
	return true;
}

static bool read_number_line(str *text, str word, int64_t *number)
{
	str line, rest;

	if (!str_split(*text, '\n', &line, &rest) || !str_skip_prefix(&line, word) ||
		!str_to_int64(line, number))
		return false;
	*text = rest;
	return true;
}

err backup_read_list(struct disk *disk, const char *folder, struct backup_summary *out,
	backup_each *each, void *context, struct why *why)
{
	AUTO_ARENA arena = arena_create(BACKUP_LIST_BYTES_MAX * 2);
	char path[PATH_BYTES_MAX];
	str text, line;
	uint32_t sum;
	int64_t end, made;
	err e = path_join(path, folder, "backup", why);

	if (e == OK)
		e = disk_read_whole(disk, path, BACKUP_LIST_BYTES_MAX, arena, &text, why);
	if (e == ERR_NOT_FOUND)
		return fail(why, MSG_BACKUP_NONE, arg_c(folder));
	if (e != OK)
		return e;
	size_t tail = strlen("sum 00000000\n");
	bool whole = text.len > tail && text.ptr[text.len - 1] == '\n' &&
		     str_starts(str_from(text, text.len - tail), STR("sum ")) &&
		     hex32(str_from(str_upto(text, text.len - 1), text.len - tail + 4), &sum) &&
		     crc32c(0, str_upto(text, text.len - tail)) == sum;
	text = whole ? str_upto(text, text.len - tail) : text;
	if (!whole || !str_skip_prefix(&text, STR("ariane backup 1\n")) ||
		!read_number_line(&text, STR("end "), &end) ||
		!read_number_line(&text, STR("made "), &made))
		return fail(why, MSG_BACKUP_DAMAGED, arg_c(path));
	*out = (struct backup_summary){ .end_seq = (uint64_t)end, .made_ms = made };
	while (e == OK && str_split(text, '\n', &line, &text)) {
		struct backup_file file;
		if (!str_skip_prefix(&line, STR("file ")) || !read_file_line(line, &file))
			return fail(why, MSG_BACKUP_DAMAGED, arg_c(path));
		out->files++;
		out->bytes += file.bytes;
		e = each(context, &file, why);
	}
	return e;
}

/* tests/desk_audit_test.c - the audit: searched, forgotten in part, and every tampering found. */
#include "desk/audit.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "test.h"

static void add(struct desk *desk, const char *who, const char *action, const char *subject)
{
	struct why why = { 0 };
	const struct audit_row row = { .who = str_of(who),
		.action = str_of(action),
		.subject = str_of(subject),
		.outcome = STR("done") };

	CHECK(action, audit_add(desk, &row, &why) == OK);
}

static err count_row(void *context, const struct audit_row *row, struct why *why)
{
	int *counts = context;

	(void)why;
	counts[0]++;
	counts[1] += row->subject.len > 0;
	return OK;
}

static void fill(struct desk *desk)
{
	add(desk, "user:jeanne", "read", "email:a@b.fr");
	add(desk, "user:paul", "read", "email:a@b.fr");
	add(desk, "user:paul", "erase", "email:c@d.fr");
	add(desk, "token:1", "export", "");
}

/* A reading is answered before the disk has its row: a program that is killed right then loses
 * none, and the chain goes on where it was. */
TEST(readings_outlive_a_killed_program)
{
	enum { READINGS = 200 };
	const struct audit_search search = { .limit = 10 * READINGS };
	struct why why = { 0 };
	struct desk *desk;
	int counts[2] = { 0 }, status = 0;
	int64_t walked = 0;
	const char *folder = test_folder(); /* before there are two of us */
	pid_t child = fork();

	if (child == 0) {
		if (desk_open(folder, true, NULL, &desk, &why) != OK)
			_exit(1);
		for (int i = 0; i < READINGS; i++) {
			const struct audit_row row = { .who = STR("user:paul"),
				.action = STR("GET /api/v1/customers/{identifier}"),
				.subject = STR("email:a@b.fr"),
				.outcome = STR("200"),
				.is_reading = true };
			if (audit_add(desk, &row, &why) != OK)
				_exit(2);
		}
		_exit(0); /* nothing is closed, nothing waited for */
	}
	CHECK("read", waitpid(child, &status, 0) == child && status == 0);
	CHECK("open", desk_open(folder, true, NULL, &desk, &why) == OK);
	CHECK("all",
		audit_each(desk, &search, count_row, counts, &why) == OK && counts[0] == READINGS);
	fill(desk);
	CHECK("chained", audit_check(desk, &walked, &why) == OK && walked == READINGS + 4);
	desk_close(desk);
}

/* How often the log began anew: the number in its head (the file format of SQLite, 4.1). */
static uint32_t log_number(const char *folder)
{
	char path[PATH_BYTES_MAX];
	unsigned char head[16] = { 0 };
	size_t got = 0;
	struct file *log;

	if (path_join(path, folder, "ariane.db-wal", NULL) != OK ||
		disk_open(disk_real(), path, FILE_READ, &log, NULL) != OK)
		return 0;
	(void)file_read_at(log, 0, head, sizeof(head), &got, NULL);
	file_close(log);
	return (uint32_t)head[12] << 24 | (uint32_t)head[13] << 16 | (uint32_t)head[14] << 8 |
	       head[15];
}

/* Readings do not empty the log themselves, and it does not grow for ever; while it is emptied
 * nothing of the chain goes wrong. */
TEST(the_log_of_readings_begins_anew_beside_them)
{
	enum { PATIENCE_MS = 20000 };
	struct why why = { 0 };
	const char *folder = test_folder();
	struct desk *desk;
	int64_t rows = 0, walked = 0, until_ms = clock_real()->now_ms(clock_real()) + PATIENCE_MS;

	CHECK("open", desk_open(folder, true, NULL, &desk, &why) == OK);
	uint32_t first = log_number(folder);
	const struct audit_row row = { .who = STR("user:paul"),
		.action = STR("GET /api/v1/customers/{identifier}"),
		.subject = STR("email:a@b.fr"),
		.outcome = STR("200"),
		.is_reading = true };
	while (log_number(folder) == first && clock_real()->now_ms(clock_real()) < until_ms)
		rows += audit_add(desk, &row, &why) == OK;
	CHECK("anew", log_number(folder) > first);
	fill(desk);
	CHECK("chained", audit_check(desk, &walked, &why) == OK && walked == rows + 4);
	desk_close(desk);
	CHECK("again", desk_open(folder, false, NULL, &desk, &why) == OK);
	CHECK("kept", audit_check(desk, &walked, &why) == OK && walked == rows + 4);
	desk_close(desk);
}

TEST(the_audit_is_searched_and_forgets_names)
{
	static const struct {
		const char *who, *action, *subject;
		int rows;
	} rows[] = { { "", "", "", 4 }, { "user:paul", "", "", 2 }, { "", "read", "", 2 },
		{ "", "", "email:a@b.fr", 2 }, { "user:paul", "read", "email:a@b.fr", 1 },
		{ "nobody", "", "", 0 } };
	const str gone[] = { STR_INIT("email:a@b.fr") };
	struct desk *desk;
	struct why why = { 0 };
	int64_t walked = 0;

	CHECK("open", desk_open(test_folder(), true, NULL, &desk, &why) == OK);
	fill(desk);
	for (int forgotten = 0; forgotten < 2; forgotten++) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			const struct audit_search search = { .who = str_of(rows[i].who),
				.action = str_of(rows[i].action),
				.subject = str_of(rows[i].subject),
				.limit = 100 };
			int counts[2] = { 0 };
			CHECK("search", audit_each(desk, &search, count_row, counts, &why) == OK);
			CHECK(rows[i].subject, counts[0] == rows[i].rows);
			if (*rows[i].subject != '\0')
				CHECK("name", counts[1] == (forgotten ? 0 : counts[0]));
		}
		CHECK("whole", audit_check(desk, &walked, &why) == OK && walked == 4);
		CHECK("forgotten", audit_forget(desk, gone, 1, &why) == OK);
	}
	desk_close(desk);
}

/* Who has the file but not the key: without the triggers he may do all this, and it shows. */
TEST(tampering_with_the_audit_shows)
{
	static const struct {
		const char *row, *sql;
		bool triggers; /* they stand: it is refused */
	} rows[] = {
		{ "a changed row", "UPDATE audit SET who = 'user:x' WHERE id = 2", false },
		{ "a changed time", "UPDATE audit SET at_ms = at_ms + 1 WHERE id = 4", false },
		{ "a row cut out", "DELETE FROM audit WHERE id = 2", false },
		{ "the first cut off", "DELETE FROM audit WHERE id = 1", false },
		{ "renumbered", "DELETE FROM audit WHERE id = 1; UPDATE audit SET id = id - 1",
			false },
		{ "another subject",
			"UPDATE audit SET subject_hash = (SELECT subject_hash FROM audit WHERE id "
			"= 4) "
			"WHERE id = 1",
			false },
		{ "deleting is refused", "DELETE FROM audit", true },
		{ "changing is refused", "UPDATE audit SET who = 'user:x'", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct desk *desk;
		struct sql *sql;
		struct why why = { 0 };
		char folder[PATH_BYTES_MAX], path[PATH_BYTES_MAX], name[16];
		int64_t walked;
		(void)snprintf(name, sizeof(name), "%zu", i);
		CHECK("path", path_join(folder, test_folder(), name, &why) == OK &&
				      path_join(path, folder, "ariane.db", &why) == OK);
		CHECK("open", desk_open(folder, true, NULL, &desk, &why) == OK);
		fill(desk);
		CHECK("sql", sql_open(path, &sql, &why) == OK);
		if (!rows[i].triggers)
			CHECK("drop", sql_script(sql,
					      STR("DROP TRIGGER audit_is_kept;"
						  "DROP TRIGGER audit_stays"),
					      &why) == OK);
		err e = sql_script(sql, str_of(rows[i].sql), &why);
		CHECK(rows[i].row, rows[i].triggers ? e == ERR_CONFLICT : e == OK);
		err checked = audit_check(desk, &walked, &why);
		CHECK(rows[i].row, checked == (rows[i].triggers ? OK : ERR_CORRUPT));
		sql_close(sql);
		desk_close(desk);
	}
}

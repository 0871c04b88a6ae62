/* identity/documents.c - documents that people keep under a name; see identity.h
 *
 * Each version is an act (act.c), so it is undone like any decision, and an undo of it likewise:
 * the newest valid version of a subject holds; an empty one says that there is none any more.
 */
#include "identity/identity_internal.h"

static str attribute_text(const struct record *record, str key)
{
	for (size_t i = 0; i < record->attribute_count; i++)
		if (str_equal(record->attributes[i].key, key) &&
			record->attributes[i].value.kind == VALUE_STRING)
			return record->attributes[i].value.string;
	return (str){ NULL, 0 };
}

err identity_check_document(
	const struct identity *identity, str subject, str document, struct why *why)
{
	if (document.len > KEPT_BYTES_MAX)
		return fail(why, MSG_DOCUMENT_LARGE, arg_int((int64_t)document.len),
			arg_int(KEPT_BYTES_MAX));
	if (strings_find(identity->subject_names, subject) == STRINGS_NONE &&
		table_count(identity->subjects) >= SUBJECTS_MAX)
		return fail(why, MSG_DOCUMENTS_FULL, arg_int(SUBJECTS_MAX));
	return OK;
}

static uint32_t make_subject(struct identity *identity, str name)
{
	uint32_t code = strings_intern(identity->subject_names, name);

	if (code == table_count(identity->subjects))
		*(struct subject *)table_push(identity->subjects) =
			(struct subject){ .newest = IDENTITY_NO_CODE, .text = IDENTITY_NO_CODE };
	return code;
}

static void hold(struct identity *identity, uint32_t code)
{
	struct subject *subject = table_change(identity->subjects, code);
	uint32_t newest = act_newest_valid(identity, subject->newest);
	const struct act *act =
		newest == IDENTITY_NO_CODE ? NULL : table_at(identity->acts, newest);

	subject->text = act == NULL ? IDENTITY_NO_CODE : act->about;
	subject->seq = act == NULL ? 0 : act->seq;
}

bool act_on_document(struct identity *identity, const struct record *record)
{
	str name = attribute_text(record, STR("subject"));
	str document = attribute_text(record, STR("document"));
	struct strbuf text = strbuf_heap(SUBJECT_BYTES_MAX + 1 + KEPT_BYTES_MAX);

	if (name.len == 0 || name.len > SUBJECT_BYTES_MAX || str_has(name, DOCUMENT_CUT) ||
		document.ptr == NULL ||
		identity_check_document(identity, name, document, NULL) != OK)
		return false;
	strbuf_add(&text, name);
	strbuf_add_byte(&text, DOCUMENT_CUT);
	strbuf_add(&text, document);
	uint32_t about = strings_intern(identity->documents, strbuf_str(&text));
	strbuf_done(&text);
	if (about == STRINGS_NONE) /* gigabytes of documents */
		return false;
	uint32_t code = make_subject(identity, name);
	struct subject *subject = table_change(identity->subjects, code);
	subject->newest = act_push(identity, &(struct act){ .seq = record->seq,
						     .about = about,
						     .before = subject->newest + 1,
						     .kind = ACT_DOCUMENT });
	hold(identity, code);
	return true;
}

void decide_document(struct identity *identity, uint32_t text)
{
	str name, document;

	ASSERT(str_split(strings_get(identity->documents, text), DOCUMENT_CUT, &name, &document));
	hold(identity, strings_find(identity->subject_names, name));
}

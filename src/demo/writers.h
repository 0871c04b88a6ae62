/* demo/writers.h - what the systems of the demonstration company write of what happens.
 *
 * A listener (happening.h) that keeps the files of some twenty systems below one folder, each in
 * the form of its kind, with its own clock, zone, encoding and identifiers:
 *
 *   web/segment-DAY.jsonl        Segment calls of site and application (page, screen, track,
 *                                identify, group)
 *   web/access-DAY.log           the old portal and the webmail: combined format, cookie at the end
 *   telephony/queue_log-MONTH    Asterisk: queues and agents
 *   telephony/Master-MONTH.csv   Asterisk: call detail records
 *   telephony/cel-MONTH.csv      Asterisk: channel events, the choices in the IVR
 *   contact/interactions-DAY.csv the contact centre: one row for each call and chat, with its note
 *   contact/chat-MONTH.csv       transcripts of chats and of the bot
 *   tickets/zendesk-MONTH.csv    mails and forms;  zendesk-answers-MONTH.csv
 *   tickets/freshdesk-MONTH.csv  letters and social networks, treated by a partner
 *   crm/cases-MONTH.csv          ';', Windows-1252 in even months and UTF-8 with a mark in odd ones
 *   crm/complaints-MONTH.csv     register of the consumer service, as crm/cases
 *   crm/customers.csv            the CRM's customers on the first day
 *   crm/contracts-MONTH.csv      contracts beginning, changing, ending
 *   billing/ledger-MONTH.csv     bills, payments, credits; decimal commas
 *   orders/orders-MONTH.csv, orders/visits-MONTH.csv   orders; technicians
 *   outbound/sms-MONTH.tsv, outbound/mailings-MONTH.csv
 *   stores/visits-MONTH.csv, surveys/answers-MONTH.csv, reviews/reviews-MONTH.csv
 *   network/lines-MONTH.csv, network/outages.csv
 *
 * All are read by the ready-made mappings alone (docs/formats/mappings.md).  Rows come late, twice
 * and out of order where real deliveries do.  Nothing marked TRUTH is written, except into
 * texts.csv of the truth folder: which text of which system is about what, in which mood.
 *
 * The same stream gives the same bytes.  Memory is constant: a few buffers, the calls under way.
 * One thread.
 */
#pragma once

#include "base/file.h"
#include "demo/happening.h"
#include "demo/people.h"
#include "demo/sheet.h"

struct writers_options {
	struct disk *disk;
	const struct people *people; /* lives as long as the writers */
	const char *folder; /* exists; folders are made in it */
	const char *truth_folder; /* exists; NULL: no texts.csv */
	bool tidy; /* nothing late, nothing twice */
	struct sheet_tap *tap; /* takes the rows instead of files; then no folder is needed */
};

struct writers;

err writers_create(const struct writers_options *options, struct writers **out, struct why *why);
struct listener *writers_listener(struct writers *writers);
/* Writes out what is still held back.  Nothing may be heard afterwards. */
err writers_finish(struct writers *writers, struct why *why);
uint64_t writers_bytes(const struct writers *writers); /* written until now */
uint64_t writers_rows(const struct writers *writers);
void writers_free(struct writers *writers); /* NULL is fine */

/* Eight digits, one number for each person: the customer number of CRM, billing and shops. */
void person_add_client(const struct person *person, struct strbuf *out);

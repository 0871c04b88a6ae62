/* demo/truth_files.h - the truth about a simulated company, in files of its own that the product
 * never reads: CSV (RFC 4180, UTF-8, times in UTC) and one JSON document.
 *
 *   people.csv        one row a customer: customer,household,account_holder,place,members,
 *                     birth_year,age,sex,language,first_name,family_name,departement,moves,fixed,
 *                     mobile
 *   identifiers.csv   customer,type,value,shared: all of one customer belong together; shared = 1
 *                     where others use it too (an account, a family's address, a device)
 *   contacts.csv      one row a contact, by its end: interaction,need,customer,time,channel,reason,
 *                     cause,outcome,tries,friction,transferred,cost_cents; a need is one motive
 *                     with all contacts about it; friction: it would not have been without
 *   frictions.csv     one row for each time that somebody came to a place where a friction is
 *                     planted or could be: friction,customer,time,interaction,planted,met
 *   outages.csv       the natural experiment: outage,customer,time,sms,reacted
 *   satisfaction.csv  what everybody would have answered: need,customer,time,relational,reason,
 *                     tries,channels,resolved,called_back,satisfied_segment,age,nps,csat,ces,stays,
 *                     answered
 *   leaving.csv       customer,time,after,satisfied_segment,age; after: 0 nothing, 1 a solved
 *                     contact, 2 repeats, 3 a failure
 *   credits.csv       what each credit is for: need,customer,time,case,bill,reason,cause,friction,
 *                     cents; need is empty for a gesture of the consumer service or the mediator
 *   complaints.csv    one row a rung of the ladder that was left: interaction,customer,time,case,
 *                     rung (2 consumer service, 3 mediator),solved,late,friction,cents; the
 *                     interaction is the letter or form that began it
 *   company.json      seed, sizes, parameters, and per friction: passages, met, contacts, cost
 */
#pragma once

#include "base/file.h"
#include "demo/company.h"

struct truth_files;

/* `folder` exists; `plan` lives as long as this. */
err truth_files_create(struct disk *disk, const char *folder, const struct company_plan *plan,
	struct truth_files **out, struct why *why);
struct witness *truth_files_witness(struct truth_files *files);
/* Also writes people, identifiers and company.json. */
err truth_files_finish(
	struct truth_files *files, const struct company_totals *totals, struct why *why);
void truth_files_free(struct truth_files *files); /* NULL is fine */

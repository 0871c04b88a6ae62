// api/paths.ts - what is at which address, as docs/api/openapi.json says: `npm run types` makes openapi.d.ts of it, and here a page's
// address finds its question and its answer.  No page says by itself what the server answers.
import type { components, paths } from "./openapi";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** "users/{name}/role" as a page writes it: `users/${string}/role`. */
type Filled<P extends string> = P extends `${infer Before}{${string}}${infer After}` ? `${Before}${string}${Filled<After>}` : P;
type Written<P> = P extends `/api/v1/${infer Rest}` ? Filled<Rest> : never;

type Operation<P extends keyof paths, M extends string> = M extends keyof paths[P] ? Exclude<paths[P][M], undefined> : never;
/** Each address that has the method. */
export type PathOf<M extends string> = { [P in keyof paths]: [Operation<P, M>] extends [never] ? never : Written<P> }[keyof paths];

/** Whatever stands in the place of a name is a string: `keys/${number}` is `keys/${string}`. */
type Part<Text extends string> = Record<never, never> extends Record<Text, unknown> ? string : Text;
type Plain<Path extends string> = Path extends `${infer First}/${infer Rest}` ? `${Part<First>}/${Plain<Rest>}` : Part<Path>;

/** `customers/${string}` is not `customers/${string}/thread`, though a pattern of strings holds both. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type OperationAt<M extends string, Path extends string> = { [P in keyof paths]: Same<Written<P>, Plain<Path>> extends true ? Operation<P, M> : never }[keyof paths];

type ContentOf<O> = O extends { responses: { 200: { content: infer Content } } } ? Content : undefined;
type DocumentIn<Content> = Content extends { "application/x-ndjson": infer Line } ? Line[] : Content extends { "application/json": infer Told } ? Told : undefined;

/** What one address answers; lines are an array of documents. */
export type AnswerAt<M extends string, Path> = Path extends string ? DocumentIn<ContentOf<OperationAt<M, Path>>> : never;

type BodyOf<O> = O extends { requestBody?: { content: infer Content } }
  ? Content extends { "application/json": infer Told } ? Told : Blob
  : undefined;
export type BodyAt<M extends string, Path> = Path extends string ? BodyOf<OperationAt<M, Path>> : never;

/** What an option says.  An address of the application has numbers as text, so the names are checked here, the values by the server. */
export type Asked = string | number | boolean | readonly string[] | undefined;
type QueryOf<O> = O extends { parameters: { query?: infer Query } } ? NonNullable<Query> : never;
type Names<T> = T extends unknown ? keyof T : never;
type Said<Name extends PropertyKey> = { readonly [N in Name]?: Asked };
/** What stands behind "?" of one address. */
export type QueryAt<M extends string, Path extends string> = Said<Names<QueryOf<OperationAt<M, Path>>>>;

/** A question: asked by GET, or with a document by POST. */
export type Question = PathOf<"get"> | PathOf<"post">;
export type Told<Path> = Path extends PathOf<"get"> ? AnswerAt<"get", Path> : AnswerAt<"post", Path>;
/** The options of a question: its query, or the members of its document where it brings one. */
export type Options<Path extends Question> = Said<Names<QueryOf<OperationAt<"get", Path>> | QueryOf<OperationAt<"post", Path>> | BodyAt<"post", Path>>>;
/** Of questions that are answered by lines, one of them. */
export type Line<Path> = Told<Path> extends (infer One)[] ? One : never;

/** Members that an answer has because of what was asked: a list of journeys has no figures. */
export type Member<T> = keyof T & string;
export type With<T, K extends Member<T>> = T & { [M in K]-?: Exclude<T[M], undefined> };

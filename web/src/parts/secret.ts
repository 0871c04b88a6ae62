// parts/secret.ts - passwords and secrets as people choose and type them.

/** As the server wants it: PASSWORD_BYTES_MIN of src/desk/users.h. */
export const PASSWORD_LETTERS_MIN = 12;

/** By fours, as one types it. */
export const grouped = (secret: string) => secret.replace(/(.{4})(?=.)/g, "$1 ");

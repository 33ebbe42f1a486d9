/** Globals that every host supplies. */
declare const console: { log(...items: unknown[]): void; error(...items: unknown[]): void };
/** The Moddable SDK's trace: writes its arguments as they are, no newline added. */
declare function trace(...items: unknown[]): void;
/** The program's own arguments. */
declare const argv: string[];

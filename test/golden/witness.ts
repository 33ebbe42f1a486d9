/**
 * Watches a client from outside and complains when it breaks a rule that holds in every trace, whatever the
 * application, the server and the network do.
 */
import * as lws from "lws-xs";

/** The name of each reason, without `LWS_CALLBACK_`. */
const NAMES = new Map<number, string>();
for (const [name, value] of Object.entries(lws)) {
	if (name.startsWith("LWS_CALLBACK_")) NAMES.set(value as number, name.slice(13));
}

export function reasonName(reason: number): string {
	return NAMES.get(reason) ?? `reason ${reason}`;
}

/** A letter for each reason of a wsi, so that its life is a word; r is a call of httpClientRead. */
const LETTERS: Readonly<Record<string, string>> = {
	CLIENT_HTTP_BIND_PROTOCOL: "B",
	WSI_CREATE: "C",
	CLIENT_APPEND_HANDSHAKE_HEADER: "A",
	CLIENT_HTTP_WRITEABLE: "W",
	CLIENT_HTTP_REDIRECT: "H",
	CLIENT_FILTER_PRE_ESTABLISH: "F",
	ESTABLISHED_CLIENT_HTTP: "E",
	RECEIVE_CLIENT_HTTP: "R",
	RECEIVE_CLIENT_HTTP_READ: "D",
	COMPLETED_CLIENT_HTTP: "K",
	CLIENT_HTTP_DROP_PROTOCOL: "P",
	CLOSED_CLIENT_HTTP: "X",
	CLIENT_CONNECTION_ERROR: "Z",
	WSI_DESTROY: "Y",
	CHILD_CLOSING: "c",
	RAW_SKT_BIND_PROTOCOL: "b",
	RAW_CONNECTED: "o",
	RAW_RX: "d",
	RAW_WRITEABLE: "w",
	RAW_SKT_DROP_PROTOCOL: "p",
	RAW_CLOSE: "x",
	WS_CLIENT_BIND_PROTOCOL: "v",
	CLIENT_CONFIRM_EXTENSION_SUPPORTED: "e",
	CLIENT_ESTABLISHED: "O",
	CLIENT_RECEIVE: "m",
	CLIENT_RECEIVE_PONG: "g",
	CLIENT_WRITEABLE: "s",
	WS_PEER_INITIATED_CLOSE: "i",
	WS_CLIENT_DROP_PROTOCOL: "q",
	CLIENT_CLOSED: "z",
};

/** Established, and closed once; or failed before that, once; never both. */
const LIFE = /^(?:BCA[WH]*FE[WRD]*K?PXY|(?:B(?:C(?:A[WH]*(?:FE?)?)?)?ZP|Z)Y)$/;
/** The same of a raw connection. */
const RAW_LIFE = /^(?:bCo[wd]*pxY|(?:b(?:Co?)?Zp|Z)Y)$/;
/** And of a WebSocket; what refuses the handshake may have a body. */
const WS_LIFE = /^(?:vCe?AEFO[mgs]*i?qzY|(?:v(?:C(?:e|e?A(?:E(?:D*|FO?))?)?)?Zq|Z)Y)$/;

/** The only callbacks that may come from inside a call of the application, and only from httpClientRead. */
const INSIDE_READ = ["RECEIVE_CLIENT_HTTP_READ", "COMPLETED_CLIENT_HTTP"];

/** What the witness knows of one wsi. */
export interface Life {
	readonly name: string;
	/** Receives the wsi from clientConnectViaInfo. */
	readonly pwsi: { wsi: lws.Wsi<never> | undefined };
	word: string;
	/** It is that of all attempts of keepConnected. */
	isKept: boolean;
}

export class Witness {
	/** What was seen and must not be. */
	readonly complaints: string[] = [];
	readonly #lives: Life[] = [];
	/** Calls of the application and callbacks under way, the innermost last. */
	readonly #stack: string[] = [];

	watch(life: Life): void {
		this.#lives.push(life);
	}

	/** The application calls `name`. */
	call<T>(name: string, body: () => T): T {
		this.#stack.push(name);
		try {
			return body();
		} finally {
			this.#stack.pop();
		}
	}

	/** The client calls the application; `life` is undefined for a protocol's own callbacks. */
	callback<T>(life: Life | undefined, wsi: lws.Wsi<never>, reason: string, body: () => T): T {
		const call = this.#stack[this.#stack.length - 1];
		if (call !== undefined && !(call === "httpClientRead" && INSIDE_READ.includes(reason))) {
			this.complain(life, `${reason} came from inside ${call}`);
		}
		if (life) {
			life.word += LETTERS[reason] ?? "?";
			if (life.pwsi.wsi !== wsi) this.complain(life, `pwsi was not set at ${reason}`);
			if (/[PXZYpxqz]$/.test(life.word) && !wsi.isEnded) this.complain(life, `it has not ended at ${reason}`);
		}
		return this.call(reason, body);
	}

	complain(life: Life | undefined, complaint: string): void {
		this.complaints.push(life ? `${life.name}: ${complaint}` : complaint);
	}

	/** Everything has ended: looks back at each life. */
	judge(): void {
		for (const life of this.#lives) {
			const { word } = life;
			const told = word.replace(/[rc]/g, "");
			// a connection that is kept has several lives, one behind the other
			const lives = life.isKept ? told.split("Y").map((each) => `${each}Y`) : [told];
			if (life.isKept) lives.pop();
			if (!lives.every((each) => LIFE.test(each) || RAW_LIFE.test(each) || WS_LIFE.test(each))) {
				this.complain(life, `its callbacks came as ${word}`);
			}
			if (!life.isKept && /Y[^r]/.test(word)) this.complain(life, `something came after its end: ${word}`);
			if (/R[^r]*R/.test(word)) this.complain(life, `content was announced again before it was read: ${word}`);
		}
	}
}

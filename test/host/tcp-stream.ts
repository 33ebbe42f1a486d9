/** Conformance of `embedded:io/socket/tcp`: many bytes, back-pressure in both directions, many connections. */
import {
	ascii,
	ask,
	BUDGET,
	Client,
	eventually,
	failureOf,
	PATIENCE,
	quick,
	quiet,
	sleep,
	text,
	until,
} from "./client.js";
import { equal, test } from "./harness.js";
import { checksum, Sequence } from "./sequence.js";

const MEGABYTE = 1_000_000;
/** More than the buffers of two ends hold together. */
const FLOOD = 64 * MEGABYTE;

/** A test that moves so many bytes that it may take long. */
function stream(title: string, body: () => Promise<void>): void {
	test(title, body, PATIENCE);
}

/** Reads a part of what waits, as much as `buffer` takes, and checks it; gives its length. */
function take(client: Client, buffer: Uint8Array, sequence: Sequence): number {
	const part = client.waiting < buffer.length ? buffer.subarray(0, client.waiting) : buffer;
	client.fill(part);
	equal(sequence.differs(part, part.length), -1, "the first wrong byte");
	return part.length;
}

/** Reads all that waits. */
function drain(client: Client, buffer: Uint8Array, sequence: Sequence): number {
	let got = 0;
	while (client.waiting > 0) got += take(client, buffer, sequence);
	return got;
}

async function download(size: number, seed: number, buffer: Uint8Array): Promise<void> {
	const sequence = new Sequence(seed);
	let got = 0;
	const client = new Client(`SEND ${size} ${seed}`, {
		readable(client) {
			got += drain(client, buffer, sequence);
		},
	});
	await client.end();
	equal(client.errors[0], undefined);
	equal(got, size);
	client.close();
}

stream("Two megabytes come whole and in order through a buffer of two kilobytes.", async () => {
	await download(quick ? 20_000 : 2 * MEGABYTE, 10, new Uint8Array(quick ? 512 : 2048));
});

stream("Two downloads at once do not mix.", async () => {
	const size = quick ? 5_000 : 300_000;
	await Promise.all([download(size, 11, new Uint8Array(512)), download(size, 12, new Uint8Array(512))]);
});

stream("A reader that takes a part at a time, in turns of its own, gets everything and then the end.", async () => {
	const size = quick ? 4_000 : 200_000;
	const sequence = new Sequence(13);
	const buffer = new Uint8Array(quick ? 500 : 2500);
	let got = 0;
	const client = new Client(`SEND ${size} 13`);
	// All that waits has to be read before more is waited for: a system may open its window for whole segments only.
	while (got < size) {
		if (client.waiting > 0) got += take(client, buffer, sequence);
		await sleep(0);
	}
	await client.end();
	client.close();
});

/** Writes as much as fits whenever there is room, always from the same buffer; gives the checksum of what was sent. */
async function upload(client: Client, size: number): Promise<number> {
	const chunk = new Uint8Array(4001);
	let sum = 0;
	let sent = 0;
	let most = 0;
	let seen = 1;
	while (sent < size) {
		await until("room", () => client.writable.length > seen);
		seen = client.writable.length;
		let room = client.writable[seen - 1] ?? 0;
		most = Math.max(most, room);
		while (room > 0 && sent < size) {
			const part = chunk.subarray(0, Math.min(chunk.length, room, size - sent));
			part.fill(sent % 251);
			sum = checksum(sum, part, part.length);
			sent += part.length;
			room = client.write(part) ?? 0;
		}
	}
	equal(most <= BUDGET, true, "never more room than the budget");
	return sum >>> 0;
}

async function answer(client: Client): Promise<string> {
	await until("the answer", () => client.announced > 0);
	return text(client.all()).trim();
}

stream("An upload of many times the budget arrives whole.", async () => {
	const size = quick ? 70_000 : MEGABYTE;
	const client = new Client(`SINK ${size}`);
	const sum = await upload(client, size);
	equal(await answer(client), `${sum}`);
	client.close();
});

stream("An upload to a slow reader waits for it.", async () => {
	const size = quick ? 70_000 : 6 * MEGABYTE;
	const client = new Client(`SINK ${size} slow`);
	const sum = await upload(client, size);
	equal(await answer(client), `${sum}`);
	client.close();
});

/** Writes to a peer that does not read, until nothing goes any more; gives how much was taken, and its checksum. */
async function fill(client: Client): Promise<{ sent: number; sum: number }> {
	await client.connection();
	const chunk = new Uint8Array(8192);
	let sent = 0;
	let sum = 0;
	// The operating systems' buffers take some megabytes before it is the budget that fills up.
	for (let refused = 0; refused < 20 && sent < FLOOD; ) {
		chunk.fill((sent / chunk.length) % 251);
		if (failureOf(() => client.write(chunk)) === "") {
			sent += chunk.length;
			sum = checksum(sum, chunk, chunk.length);
			refused = 0;
		} else {
			refused++;
			await sleep(10);
		}
	}
	equal(sent < FLOOD, true, `${sent} bytes are less than the flood`);
	return { sent, sum: sum >>> 0 };
}

stream("A peer that does not read stops the writer, and gets everything though the writer closes.", async () => {
	const client = new Client("DEAF name=deaf");
	const { sent, sum } = await fill(client);
	client.close();
	await ask("HEAR deaf");
	equal(await eventually("STATE deaf", `ended ${sent} 0`), `ended ${sent} 0`);
	equal(await ask("SUM deaf"), `${sum}`);
});

stream("After the peer's FIN what was written still leaves, but there is no onWritable.", async () => {
	const client = new Client("DEAF name=half");
	const { sent, sum } = await fill(client);
	const { length } = client.writable;
	await ask("END half");
	await client.end();
	await ask("HEAR half");
	equal(await eventually("STATE half", `open ${sent} 0`), `open ${sent} 0`);
	equal(await ask("SUM half"), `${sum}`);
	equal(client.writable.length, length);
	client.close();
});

stream("A reset after the FIN is not told.", async () => {
	const client = new Client("DEAF name=twice");
	await fill(client);
	await ask("END twice");
	await client.end();
	await ask("KILL twice");
	await quiet();
	equal(client.errors.length, 1);
	equal(client.errors[0], undefined);
	client.close();
});

stream("A reader that does not read stops the peer.", async () => {
	const client = new Client(`SEND ${FLOOD} 15 hold name=flood`);
	await client.arrival(1);
	let left = -1;
	let before: number;
	// The operating systems' buffers take some megabytes, and need a while for it.
	do {
		before = left;
		await sleep(150);
		left = Number((await ask("STATE flood")).split(" ")[2]);
	} while (left !== before);
	equal(left < FLOOD, true, `the server could send ${left} bytes`);
	equal(client.ended, false);

	const announcements = client.readable.length;
	await quiet();
	equal(client.readable.length, announcements, "nothing new is announced");

	// And it goes on as soon as there is room.
	const sequence = new Sequence(15);
	const buffer = new Uint8Array(1024);
	drain(client, buffer, sequence);
	await until("more bytes", () => client.readable.length > announcements);
	drain(client, buffer, sequence);
	client.close();
});

stream("Many connections, one after another, leave nothing behind.", async () => {
	for (let i = 0; i < (quick ? 5 : 200); i++) {
		const who = await ask("WHO");
		equal(who.startsWith("127.0.0.1 "), true);
	}
});

stream("Ten connections at once each get their own bytes.", async () => {
	const clients: Client[] = [];
	for (let i = 0; i < (quick ? 3 : 10); i++) clients.push(new Client("ECHO"));
	for (const client of clients) await client.connection();
	clients.forEach((client, i) => {
		client.write(ascii(`connection ${i}`));
	});
	for (const [i, client] of clients.entries()) {
		await client.arrival(12);
		equal(text(client.all()), `connection ${i}`);
		client.close();
	}
});

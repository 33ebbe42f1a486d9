/** An ESP32 as a board: Wi-Fi that is joined again, RTC memory, deep sleep. */
import WiFi from "embedded:network/interface/wifi";
import config from "mc/config";
import { deepSleep, retain, retained } from "retained";
import Timer from "timer";

/** Of ECMA-419's WiFi.connection: an address has been given. */
const CONNECTED = 500;
/** Milliseconds between two attempts to join. */
const PAUSE = 5000;

class Network {
	readonly #changed: (isUp: boolean) => void;
	readonly #wifi = new WiFi({ onChanged: () => this.#look() });
	#isUp = true;

	constructor(changed: (isUp: boolean) => void) {
		this.#changed = changed;
	}

	#look(): void {
		const now = this.#wifi.connection >= CONNECTED;
		if (now === this.#isUp) return;
		this.#isUp = now;
		this.#changed(now);
		if (!now) this.#join();
	}

	/** The set-up of the SDK joins once; a router that restarts is away for minutes. */
	#join(): void {
		if (this.#isUp) return;
		const { ssid: SSID, password } = config;
		this.#wifi.connect(password ? { SSID, password } : { SSID });
		Timer.set(() => this.#join(), PAUSE);
	}
}

/** Hears when the network goes, and when it has come back. */
export function watchNetwork(changed: (isUp: boolean) => void): void {
	if (config.ssid) new Network(changed);
}

/** Keeps bytes over `sleep`; false: they are too many. */
export function keep(bytes: Uint8Array): boolean {
	return retain(bytes);
}

/** What was kept before the last sleep; undefined after power-on. */
export function kept(): Uint8Array | undefined {
	return retained();
}

/** Sleeps so long, then the program begins again: here from its start, in the simulator by `again`. */
export function sleep(milliseconds: number, _again: () => void): void {
	deepSleep(milliseconds);
}

/**
 * The wsi of a raw connection. The order of callbacks is lws 4.1's:
 *
 *     BIND_PROTOCOL WSI_CREATE RAW_CONNECTED (RAW_RX | RAW_WRITEABLE)* DROP_PROTOCOL RAW_CLOSE WSI_DESTROY
 *
 * or, from anywhere before RAW_CONNECTED has returned: CLIENT_CONNECTION_ERROR DROP_PROTOCOL WSI_DESTROY.
 */
import { LWS_CALLBACK_RAW_RX } from "./constants.js";
import { type Face, RAW_FACE } from "./face.js";
import { ClientWsi } from "./wsi.js";

export class RawWsi<User = unknown> extends ClientWsi<User> {
	protected override get face(): Face {
		return RAW_FACE;
	}

	/** There is no head. */
	override prepare(): boolean {
		return true;
	}

	override content(buffer: Uint8Array, count: number): boolean {
		if (!this.call(LWS_CALLBACK_RAW_RX, buffer, count)) this.refuse();
		return this.exchange !== undefined;
	}

	/** The peer has ended, of which there is more to say in RAW_CLOSE. */
	override completed(): void {}

	/** A raw connection has no body that could be finished. */
	override finishBody(): void {}
}

/* What this project uses of the SDK's modules/crypt/digest/crypt.js: digests. lwsTlsDigest.c is behind it. */
export class Digest @ "lws_digest_destructor" {
	constructor(type) @ "lws_digest_constructor";
	write(data) @ "lws_digest_write";
	close(more) @ "lws_digest_close";
	reset() @ "lws_digest_reset";
	get blockSize() @ "lws_digest_get_blockSize";
	get outputSize() @ "lws_digest_get_outputSize";
	process(...parts) {
		this.reset();
		for (const part of parts)
			this.write(part);
		return this.close();
	}
	update(data) {
		this.write(data);
	}
}

export default Object.freeze({ Digest });

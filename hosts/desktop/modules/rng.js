/* The SDK's modules/crypt/etc/rng.js over the kernel's random source; lwsProcess.c is behind it. */
const RNG = {
	get(count) @ "lws_rng_get",
};
Object.freeze(RNG);
export default RNG;

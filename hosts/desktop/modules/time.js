/* As the SDK's modules/base/time/time.js, without what a desktop program must not set; lwsTimer.c is behind it. */
export default class Time {
	static get ticks() @ "lws_time_ticks";
	static get microseconds() @ "lws_time_microseconds";
	static delta(start, end) @ "lws_time_delta";
}

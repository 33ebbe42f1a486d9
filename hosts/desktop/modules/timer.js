/* As the SDK's modules/base/timer/timer.js; lwsTimer.c is behind it. */
export default class Timer {
	static set(callback, interval, repeat) @ "lws_timer_set";
	static repeat(callback, interval) @ "lws_timer_repeat";
	static schedule(timer, interval, repeat) @ "lws_timer_schedule";
	static clear(timer) @ "lws_timer_clear";
	static delay(milliseconds) @ "lws_timer_delay";
}

/** The public names of the lws face. */

export type { PeerCertificate, SessionInfo } from "lws-xs/native/tls/session";
export type { Deadlines } from "../dispatch/deadline.js";
export type { Clock } from "../dispatch/timing.js";
export { type Delivered, errorCodes, LwsError } from "../engines/errors.js";
export { FormWriter } from "../engines/form.js";
export { type DeflateOptions, permessageDeflate } from "../engines/ws/permessage-deflate.js";
export type { Extension, MessageCodec, MessageDeflater, MessageInflater } from "../roles/role.js";
export type { TrustHost } from "../transport/security.js";
export { TLSFailure } from "../transport/tls-failure.js";
export { httpBasicAuthGen } from "./auth.js";
export * from "./client.js";
export { type ConnectInfo, clientConnectViaInfo } from "./connect.js";
export * from "./constants.js";
export {
	type ContextInfo,
	contextDestroy,
	createClientSslCtx,
	createContext,
	createVhost,
	type HostClasses,
	initVhostClientSsl,
	setProxy,
	setSocks,
} from "./context.js";
export { type KeptConnection, keepConnected } from "./kept.js";
export type { NetworkProvider } from "./network.js";
export { type MemoryPlan, memoryPlan, type Sizes, type VhostInfo } from "./options.js";
export type { AnyProtocol, AnyWsi, Context, Event, Protocol, Reason, ReasonInput, Vhost, Wsi } from "./protocol.js";
export type { ProxyInfo } from "./proxy.js";
export type { RetryPolicy } from "./retry-policy.js";
export type { ClientSslCtx, ClientSslInfo, SslBytes, TLSVersion } from "./ssl.js";
export {
	closeReason,
	frameIsBinary,
	isFinalFragment,
	isFirstFragment,
	remainingPacketPayload,
	writeWsFlags,
} from "./websocket.js";

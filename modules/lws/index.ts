/** The public names of the lws face. */

export type { Deadlines } from "../dispatch/deadline.js";
export { type Delivered, errorCodes, LwsError } from "../engines/errors.js";
export * from "./client.js";
export { type ConnectInfo, clientConnectViaInfo } from "./connect.js";
export * from "./constants.js";
export { type ContextInfo, contextDestroy, createContext, createVhost, type HostClasses } from "./context.js";
export { type MemoryPlan, memoryPlan, type Sizes, type VhostInfo } from "./options.js";
export type { AnyProtocol, AnyWsi, Context, Event, Protocol, Reason, ReasonInput, Vhost, Wsi } from "./protocol.js";

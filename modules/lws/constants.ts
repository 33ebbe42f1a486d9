/**
 * lws's numbers, by lws's names: callback reasons (lws-callbacks.h), connection flags (lws-client.h), context options
 * (lws-context-vhost.h) and write modes (lws-write.h), as in lws main.
 */

export const LWS_CALLBACK_CLIENT_CONNECTION_ERROR = 1;
export const LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH = 2;
export const LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER = 24;
export const LWS_CALLBACK_PROTOCOL_INIT = 27;
export const LWS_CALLBACK_PROTOCOL_DESTROY = 28;
export const LWS_CALLBACK_WSI_CREATE = 29;
export const LWS_CALLBACK_WSI_DESTROY = 30;
export const LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP = 44;
export const LWS_CALLBACK_CLOSED_CLIENT_HTTP = 45;
export const LWS_CALLBACK_RECEIVE_CLIENT_HTTP = 46;
export const LWS_CALLBACK_COMPLETED_CLIENT_HTTP = 47;
export const LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ = 48;
export const LWS_CALLBACK_CLIENT_HTTP_WRITEABLE = 57;
export const LWS_CALLBACK_RAW_RX = 59;
export const LWS_CALLBACK_RAW_CLOSE = 60;
export const LWS_CALLBACK_RAW_WRITEABLE = 61;
export const LWS_CALLBACK_CHILD_CLOSING = 69;
export const LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL = 76;
export const LWS_CALLBACK_RAW_SKT_BIND_PROTOCOL = 81;
export const LWS_CALLBACK_RAW_SKT_DROP_PROTOCOL = 82;
export const LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL = 85;
export const LWS_CALLBACK_RAW_CONNECTED = 101;
export const LWS_CALLBACK_CLIENT_HTTP_REDIRECT = 104;

export const LCCSCF_USE_SSL = 1 << 0;
export const LCCSCF_ALLOW_SELFSIGNED = 1 << 1;
export const LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK = 1 << 2;
export const LCCSCF_ALLOW_EXPIRED = 1 << 3;
export const LCCSCF_ALLOW_INSECURE = 1 << 4;
export const LCCSCF_HTTP_X_WWW_FORM_URLENCODED = 1 << 11;
export const LCCSCF_HTTP_NO_FOLLOW_REDIRECT = 1 << 12;
export const LCCSCF_PIPELINE = 1 << 16;
export const LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS = 1 << 29;

export const LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT = 1 << 12;
export const LWS_SERVER_OPTION_EXPLICIT_VHOSTS = 1 << 13;
export const LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN = 1 << 17;

export const LWS_WRITE_HTTP = 3;
/** The same number, as in lws. */
export const LWS_WRITE_RAW = 3;
export const LWS_WRITE_HTTP_FINAL = 7;

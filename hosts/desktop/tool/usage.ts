/** What -h and -V print. */
import { VERSION } from "desktop/version";
import { library } from "lws-xs/native/tls/session";

export function usageText(): string {
	return `usage: lws-xs [OPTION…] URL…
       lws-xs replay FILE [--cut BYTES|each] [-s] [-v] [--stats] [--trace-wsi]
       lws-xs [--heap BYTES] [--stats] run FILE.js [ARGUMENT…]

Options mean what they mean in curl, and so do the exit codes.

  -X, --request METHOD         -H, --header FIELD or @FILE  -d, --data DATA or @FILE
      --data-binary DATA|@FILE -T, --upload-file FILE or -  -A, --user-agent NAME
  -e, --referer URL            -I, --head                   -i, --include
  -o, --output FILE            -O, --remote-name            -s, --silent
  -S, --show-error             -v, --verbose                -f, --fail
  -L, --location                   --max-redirs N           -w, --write-out FORMAT|@FILE
  -u, --user USER:PASSWORD     -x, --proxy [SCHEME://][USER:PASSWORD@]HOST[:PORT]
  -U, --proxy-user USER:PASSWORD   --socks5 HOST[:PORT]         --socks5-hostname HOST[:PORT]
      --noproxy LIST           (and http_proxy, https_proxy, all_proxy, no_proxy in the environment)
  -m, --max-time SECONDS           --connect-timeout SECONDS    --resolve HOST:PORT:ADDR[,ADDR…]
  -r, --range RANGE            -C, --continue-at OFFSET|-       --retry N
      --retry-delay SECONDS    -4, --ipv4                   -6, --ipv6
      --http1.1                -h, --help                   -V, --version

TLS:

  -k, --insecure               -E, --cert FILE[:PASSWORD]       --key FILE
      --cacert FILE                --pass PASSWORD              --pinnedpubkey sha256//HASH[;…]
      --tlsv1.2, --tlsv1.3         --tls-max VERSION            --ciphers, --tls13-ciphers LIST

WebSocket (ws and wss URLs): without --ws-send and --ws-send-file each line of standard input is a text message, and its
end closes; texts that come are printed one a line, binary messages as they are.

  --ws-send TEXT     a text message; may be given again; it stays open until the server closes, or for --ws-count
  --ws-send-file FILE  a binary message, streamed; - is standard input
  --ws-count N       close when N messages have come, and what was given to be sent has been
  --ws-echo          send every message back as it comes, in its kind, until the server closes
  --ws-protocol NAME[,NAME]  subprotocols to offer
  --ws-no-deflate    do not offer permessage-deflate
  --ws-ping SECONDS  after so much silence a Ping, and after as much again without an answer exit code 28

What curl does not have:

  --heap BYTES       run in a fixed heap of that size (K and M may follow); exit code 125 when it is exceeded
  --rx-buffer BYTES  the receive buffer of a connection and the buffer that content is read into
  --pipeline         send the requests to one origin on one connection, without waiting for the answers in between
  --stats            one line of JSON on standard error at the end: heap figures, bytes and connections
  --allow-selfsigned the server's certificate may come from anybody; name and dates are checked
  --allow-expired    its dates are not checked, all else is
  --skip-hostname    its name is not checked, all else is
  --show-ca          ask for nothing, but say which CA the server's chain needs, and write it if the server sends it
  --record FILE      keep the bytes and times of the run as lines of JSON, passwords and cookies masked; \`replay\` runs the
                     client on them again, as they came and cut otherwise; exit code 118 when it does something else
  --trace-wsi        each callback of the client as it comes: wsi, reason, length

-w knows %{http_code} %{http_version} %{size_download} %{size_upload} %{num_connects} %{num_redirects}
%{url_effective} %{time_namelookup} %{time_connect} %{time_appconnect} %{time_starttransfer} %{time_total}
%{exitcode} %{errormsg} %{json}.
`;
}

export function versionText(): string {
	return `lws-xs ${VERSION} (XS) mbedTLS/${library().version}\nProtocols: http https ws wss\n`;
}

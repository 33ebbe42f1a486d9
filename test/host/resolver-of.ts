/** A resolver for the few names that a test gives it, which every host can have. */
import Timer from "timer";

interface Request {
	host: string;
	onResolved: (host: string, address: string, addresses: readonly string[]) => void;
	onError: (host: string) => void;
}

export function resolverOf(names: Readonly<Record<string, readonly string[]>>) {
	return class {
		resolve({ host, onResolved, onError }: Request): void {
			const addresses = names[host] ?? [];
			const [first] = addresses;
			Timer.set(() => (first === undefined ? onError(host) : onResolved(host, first, addresses)), 0);
		}

		close(): void {}
	};
}

/** The resolver that is used where the application gives none: of ECMA-419's kind, but it needs no options. */
declare const Resolver: new () => {
	resolve(request: {
		host: string;
		onResolved?: (host: string, address: string, addresses?: readonly string[]) => void;
		onError?: (host: string) => void;
	}): void;
	close(): void;
};
export default Resolver;

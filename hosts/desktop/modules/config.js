/* Nothing is configured from outside: hosts/typings/host. */
export default Object.freeze({});

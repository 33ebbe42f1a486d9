/** The first line of a program. */
console.log("hello");

export {};

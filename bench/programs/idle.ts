/** Nothing at all: what a run costs before the program's first statement. */
export {};

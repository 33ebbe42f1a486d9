/*
 * What embed.mjs writes into build/generated/lwsEmbedded.c: the JavaScript modules that are part of the host, and
 * the C functions that their sources name after "@".
 */
#ifndef LWS_EMBEDDED_H
#define LWS_EMBEDDED_H

/* The glue of one module; `source` is UTF-8 with a NUL after its `size` bytes. */
typedef struct {
	const char* specifier;
	const char* source;
	unsigned long size;
} lwsEmbeddedModule;

/* `address` is that of a `void (*)(xsMachine*)`, or a `void (*)(void*)` when `isDestructor` is 1. */
typedef struct {
	const char* name;
	void* address;
	int isDestructor;
} lwsNativeFunction;

/* In the order of modules.json. */
extern const lwsEmbeddedModule lwsEmbeddedModules[];
extern const int lwsEmbeddedModuleCount;

/*
 * What build/lws-xs has besides, from build/generated/lwsEmbeddedTool.c: the library, the tool, and last the module that
 * starts it. In the plain host there are none: it is linked with the empty table of lwsEmbedded.c, which is weak.
 */
extern const lwsEmbeddedModule lwsToolModules[];
extern const int lwsToolModuleCount;
#define LWS_TOOL "desktop/tool"
#define LWS_TOOL_START "desktop/tool/start"

/* Sorted by name in the order of strcmp, for a binary search. */
extern const lwsNativeFunction lwsNativeFunctions[];
extern const int lwsNativeFunctionCount;

#endif

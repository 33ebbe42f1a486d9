/*
 * From a specifier to running code.
 *
 * A module's identity is its specifier when it is embedded in the host (or with the tool) or named by --preload, and its absolute path
 * otherwise; relative specifiers are resolved against the importer's identity. Sources are parsed by XS itself; the
 * byte code then stays where it is, outside the heap, as in the flash of a device (`lwsKeepInPlace`). Only embedded
 * glue may name native functions with `@ "c_name"`.
 */

#include "xsAll.h"
#include "xsScript.h"
#include "lwsHost.h"
#include "lwsEmbedded.h"

/* xsRun.c has it, no header does */
extern void fxRemapIDs(txMachine* the, txByte* codeBuffer, txSize codeSize, txID* ids);

typedef struct lwsKept lwsKept;
struct lwsKept {
	lwsKept* next;
	txScript* script;
	txHostFunctionBuilder* builders;
};

static lwsKept* gKept = C_NULL;		/* byte code that functions point at, until exit */
static txHostFunctionBuilder* gBuilders = C_NULL;	/* of the script that runs first next */
static txInteger gBuilderCount = 0;
static char gSyntaxError[512];
static const char* gImportSpecifier = C_NULL;

typedef struct {
	const char* current;
	const char* end;
} lwsText;

static int lwsGetCharacter(void* stream)
{
	lwsText* text = stream;
	return text->current < text->end ? (unsigned char)*text->current++ : C_EOF;
}

static const lwsEmbeddedModule* lwsFindEmbedded(const char* specifier)
{
	int i;
	for (i = 0; i < lwsEmbeddedModuleCount; i++) {
		if (!strcmp(lwsEmbeddedModules[i].specifier, specifier))
			return &lwsEmbeddedModules[i];
	}
	for (i = 0; i < lwsToolModuleCount; i++) {
		if (!strcmp(lwsToolModules[i].specifier, specifier))
			return &lwsToolModules[i];
	}
	return C_NULL;
}

static const char* lwsFindPreload(const char* specifier)
{
	lwsPreload* preload;
	for (preload = gOptions.preloads; preload; preload = preload->next) {
		if (!strcmp(preload->specifier, specifier))
			return preload->path;
	}
	return C_NULL;
}

/* The console of the parser: keeps the place of the first error, which XS itself forgets. */
static void lwsReportError(void* console, txString path, txInteger line, txString format, c_va_list arguments)
{
	(void)console;
	if (!gSyntaxError[0]) {
		int length = snprintf(gSyntaxError, sizeof(gSyntaxError), "%s:%d: ", path ? path : "?", (int)line);
		if (length < (int)sizeof(gSyntaxError))
			vsnprintf(gSyntaxError + length, sizeof(gSyntaxError) - length, format, arguments);
	}
}

static txScript* lwsParse(txMachine* the, const char* path, lwsText* text, txUnsigned flags)
{
	txParser _parser;
	txParser* parser = &_parser;
	txParserJump jump;
	txScript* volatile script = C_NULL;
	txString map = C_NULL;
	fxInitializeParser(parser, the, the->parserBufferSize, the->parserTableModulo);
	parser->firstJump = &jump;
	parser->reportError = lwsReportError;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parser->path = fxNewParserSymbol(parser, (txString)path);
		fxParserTree(parser, text, lwsGetCharacter, flags, &map);
		parser->source = parser->path;
		fxParserHoist(parser);
		fxParserBind(parser);
		if (!gSyntaxError[0])
			script = fxParserCode(parser);
	}
	fxTerminateParser(parser);
	return script;
}

/* XS maps an `@` name to an index into mxHosts, an array that the script's callback leaves as its result. */
static void lwsBuildHosts(txMachine* the)
{
	fxBuildHosts(the, gBuilderCount, gBuilders);
	mxPullSlot(mxResult);
}

static txHostFunctionBuilder* lwsNewBuilders(txMachine* the, txScript* script, const txID* ids, const char* path)
{
	txByte* p = script->hostsBuffer;
	txHostFunctionBuilder* builders;
	txID count, i, id;
	mxDecodeID(p, count);
	builders = c_calloc(count, sizeof(txHostFunctionBuilder));
	if (!builders)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	for (i = 0; i < count; i++) {
		txS1 length = *p++;
		int at;
		mxDecodeID(p, id);
		for (at = 0; at < lwsNativeFunctionCount; at++) {
			if (!strcmp(lwsNativeFunctions[at].name, (char*)p))
				break;
		}
		if (at == lwsNativeFunctionCount)
			lwsDie(C_NULL, LWS_EXIT_LOAD, "%s: this host has no native function \"%s\"", path, (char*)p);
		builders[i].callback = (txCallback)lwsNativeFunctions[at].address;
		builders[i].length = lwsNativeFunctions[at].isDestructor ? -1 : length;
		builders[i].id = id == XS_NO_ID ? XS_NO_ID : ids[id];
		p += strlen((char*)p) + 1;
	}
	gBuilderCount = count;
	return builders;
}

/* Function bodies become CODE_ARCHIVE: XS then points at them instead of copying each into a chunk of the heap. */
static void lwsMarkArchived(txByte* code, txSize size)
{
	txByte* p = code;
	txByte* q = code + size;
	while (p < q) {
		txU1 op = *(txU1*)p;
		txS1 step = gxCodeSizes[op];
		switch (op) {
		case XS_CODE_CODE_1: *(txU1*)p = XS_CODE_CODE_ARCHIVE_1; break;
		case XS_CODE_CODE_2: *(txU1*)p = XS_CODE_CODE_ARCHIVE_2; break;
		case XS_CODE_CODE_4: *(txU1*)p = XS_CODE_CODE_ARCHIVE_4; break;
		}
		if (step > 0)
			p += step;
		else if (step == 0)
			p += 1 + sizeof(txID);
		else {
			/* -1, -2, -4: a length of so many bytes follows, then the bytes */
			txU2 length2;
			txU4 length4;
			p++;
			switch (step) {
			case -1: p += 1 + *(txU1*)p; break;
			case -2: mxDecode2(p, length2); p += length2; break;
			default: mxDecode4(p, length4); p += length4; break;
			}
		}
	}
}

/* Does what fxRunScript would do with the symbols, once and outside the heap, and keeps script and code until exit. */
static void lwsKeepInPlace(txMachine* the, txScript* script, const char* path)
{
	txByte* p = script->symbolsBuffer;
	lwsKept* kept = c_calloc(1, sizeof(lwsKept));
	txID count, i;
	txID* ids;
	mxDecodeID(p, count);
	ids = c_malloc(count * sizeof(txID));
	if (!kept || !ids)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	ids[0] = XS_NO_ID;
	for (i = 1; i < count; i++) {
		ids[i] = fxNewNameC(the, (txString)p);
		p += strlen((char*)p) + 1;
	}
	fxRemapIDs(the, script->codeBuffer, script->codeSize, ids);
	lwsMarkArchived(script->codeBuffer, script->codeSize);
	if (script->hostsBuffer) {
		kept->builders = gBuilders = lwsNewBuilders(the, script, ids, path);
		script->callback = lwsBuildHosts;
	}
	c_free(ids);
	c_free(script->symbolsBuffer);
	script->symbolsBuffer = C_NULL;	/* fxRunScript leaves such a script alone */
	kept->script = script;
	kept->next = gKept;
	gKept = kept;
}

void lwsFreeScripts(void)
{
	while (gKept) {
		lwsKept* kept = gKept;
		gKept = kept->next;
		fxDeleteScript(kept->script);
		c_free(kept->builders);
		c_free(kept);
	}
}

static char* lwsReadFile(const char* path, size_t* size)
{
	FILE* file = fopen(path, "rb");
	char* text = C_NULL;
	size_t capacity = 65536, length = 0, got;
	if (!file)
		return C_NULL;
	while ((text = c_realloc(text, capacity))) {
		got = fread(text + length, 1, capacity - length, file);
		length += got;
		if (length < capacity)
			break;
		capacity *= 2;
	}
	if (ferror(file)) {
		c_free(text);
		text = C_NULL;
	}
	fclose(file);
	*size = length;
	return text;
}

txID fxFindModule(txMachine* the, txSlot* realm, txID moduleID, txSlot* slot)
{
	char name[C_PATH_MAX], path[2 * C_PATH_MAX], real[C_PATH_MAX];
	char* slash;
	(void)realm;
	fxToStringBuffer(the, slot, name, sizeof(name));
	if (lwsFindEmbedded(name) || lwsFindPreload(name))
		return fxNewNameC(the, name);
	if (name[0] == '.') {
		if (moduleID == XS_NO_ID)
			return XS_NO_ID;
		strncpy(path, fxGetKeyName(the, moduleID), C_PATH_MAX - 1);
		path[C_PATH_MAX - 1] = 0;
		slash = strrchr(path, '/');
		strcpy(slash ? slash + 1 : path, name);
	}
	else if (name[0] == '/')
		strcpy(path, name);
	else
		return XS_NO_ID;	/* XS says: module "NAME" not found */
	if (!realpath(path, real))
		return XS_NO_ID;
	return fxNewNameC(the, real);
}

void fxLoadModule(txMachine* the, txSlot* module, txID moduleID)
{
	/* the name may move when names are added while parsing */
	char path[C_PATH_MAX];
	const lwsEmbeddedModule* embedded;
	const char* file;
	char* source = C_NULL;
	size_t size = 0;
	txScript* script;
	txUnsigned flags;
	lwsText text;
	strncpy(path, fxGetKeyName(the, moduleID), sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	embedded = lwsFindEmbedded(path);
	if (embedded) {
		text.current = embedded->source;
		text.end = embedded->source + embedded->size;
	}
	else {
		file = lwsFindPreload(path);
		source = lwsReadFile(file ? file : path, &size);
		if (!source)
			lwsThrow(the, LWS_ERROR_KIND, "cannot read %s: %s", file ? file : path, strerror(errno));
		text.current = source;
		text.end = source + size;
	}
	gSyntaxError[0] = 0;
	/* Line numbers cost an instruction each; in flash there are none, and here only in the application. */
	flags = embedded ? mxCFlag : lwsFindPreload(path) && !gOptions.debug ? 0 : mxDebugFlag;
	script = lwsParse(the, path, &text, flags);
	c_free(source);
	if (!script) {
		txString message = gSyntaxError[0] ? gSyntaxError : "no memory for the parser";
		lwsThrow(the, LWS_SYNTAX_ERROR, "%s", message);
	}
	lwsKeepInPlace(the, script, path);
	fxResolveModule(the, module, moduleID, script, C_NULL, C_NULL);
}

static void lwsImportFulfilled(txMachine* the)
{
	(void)the;
}

/* Also when a top-level await rejects much later. */
static void lwsImportRejected(txMachine* the)
{
	char what[C_PATH_MAX + 32];
	mxException = *mxArgv(0);
	snprintf(what, sizeof(what), "cannot load %s", gImportSpecifier);
	lwsDieOfException(the, LWS_EXIT_LOAD, what);
}

void lwsImport(xsMachine* the, const char* specifier)
{
	txSlot* realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
	gImportSpecifier = specifier;
	mxPushStringC((txString)specifier);
	fxRunImport(the, realm, XS_NO_ID);
	mxDub();
	fxGetID(the, mxID(_then));
	mxCall();
	fxNewHostFunction(the, lwsImportFulfilled, 1, XS_NO_ID, XS_NO_ID);
	fxNewHostFunction(the, lwsImportRejected, 1, XS_NO_ID, XS_NO_ID);
	mxRunCount(2);
	mxPop();
}

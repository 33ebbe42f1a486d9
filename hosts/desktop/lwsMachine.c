/*
 * The two machines and their memory; how they die is told in lwsEnd.c.
 *
 * The root machine holds the built-ins and the preloaded modules; once shared it is read-only, as the flash of a
 * device. The application runs in a clone of it that owns one static block: chunks grow up from its start, slots and
 * the stack grow down from its end (as xs/platforms/mc/xsHosts.c does on ESP32). When the two meet the heap is full.
 */

#define _GNU_SOURCE	/* pthread_getattr_np */
#include "xsAll.h"
#include "lwsHost.h"
#include <sys/mman.h>

/* What C functions may need below the limit: printing an exception, getaddrinfo. AddressSanitizer's frames are larger. */
#if defined(__SANITIZE_ADDRESS__)
	#define LWS_STACK_MARGIN (512 * 1024)
#else
	#define LWS_STACK_MARGIN (128 * 1024)
#endif

static txUnsigned gCollections = 0;

/* xsMemory.c has these, no header does */
extern void fxGrowSlots(txMachine* the, txSize count);
#if mxStress
extern int gxStress;
#endif

static char* lwsReserve(size_t size)
{
	/* pages are taken only when touched, so a large limit costs nothing */
	void* block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return block == MAP_FAILED ? NULL : block;
}

void fxCreateMachinePlatform(txMachine* the)
{
	size_t size = (size_t)(uintptr_t)the->context;
	the->heapBase = lwsReserve(size);
	if (!the->heapBase) {
		fprintf(stderr, "lws-xs: no memory for a heap of %zu bytes; give a smaller --heap\n", size);
		exit(LWS_EXIT_MEMORY);
	}
	the->heapEnd = the->heapBase + size;
	the->heapLow = the->heapBase;
	the->heapHigh = the->heapEnd;
}

void fxDeleteMachinePlatform(txMachine* the)
{
	(void)the;	/* fxFree still reads the heap: lwsDeleteMachine gives the block back */
}

void* fxAllocateChunks(txMachine* the, txSize size)
{
	txBlock* block = the->firstBlock;
	char* result = the->heapLow;
	if (block) {
		/* The only block grows in place. What is free at its end counts; XS adds `size` to the limit itself. */
		txSize grow = size - (txSize)sizeof(txBlock) - (txSize)(block->limit - block->current);
		if (the->heapHigh - the->heapLow < grow)
			return C_NULL;
		the->heapLow += grow;
		block->limit = (txByte*)the->heapLow - size;
		the->maximumChunksSize += grow - size;
		return block->limit;
	}
	if (the->heapHigh - the->heapLow < size)
		return C_NULL;
	the->heapLow += size;
	return result;
}

void fxFreeChunks(txMachine* the, void* chunks)
{
	(void)the, (void)chunks;
}

txSlot* fxAllocateSlots(txMachine* the, txSize count)
{
	size_t size = count * sizeof(txSlot);
	if ((size_t)(the->heapHigh - the->heapLow) < size) {
		/* less than a whole step may still be there */
		if (!the->firstHeap || (size_t)(the->heapHigh - the->heapLow) < 4 * sizeof(txSlot))
			return C_NULL;
		fxGrowSlots(the, (the->heapHigh - the->heapLow) / sizeof(txSlot));
		return (txSlot*)-1;	/* done already (fxGrowSlots knows this value) */
	}
	the->heapHigh -= size;
	return (txSlot*)the->heapHigh;
}

void fxFreeSlots(txMachine* the, void* slots)
{
	(void)the, (void)slots;
}

void fxQueuePromiseJobs(txMachine* the)
{
	the->promiseJobs = 1;
}

void lwsHeapStatistics(xsMachine* the, lwsHeapFigures* figures)
{
	size_t stack = (the->stackTop - the->stackBottom) * sizeof(txSlot);
	figures->limit = the->heapEnd - the->heapBase;
	figures->peak = (the->heapLow - the->heapBase) + (the->heapEnd - the->heapHigh);
	figures->chunks = the->currentChunksSize;
	figures->slots = the->currentHeapCount;
	figures->slotSize = sizeof(txSlot);
	figures->used = figures->chunks + figures->slots * sizeof(txSlot) + stack;
	figures->collections = gCollections;
}

xsMachine* lwsNewRoot(void)
{
	txCreation creation = { 512 * 1024, 512 * 1024, 16384, 4096, 4096, 4096, 2048, 1993, 127, 32 * 1024, 1993, 0 };
	return fxCreateMachine(&creation, "root", (void*)LWS_ROOT_HEAP, XS_NO_ID);
}

xsMachine* lwsNewApplication(xsMachine* root)
{
	/* Small steps let a small heap be used to its last bytes; a large one is spared the many collections. */
	int large = gOptions.heap >= 1024 * 1024;
	txCreation creation = { 0 };
	creation.initialChunkSize = large ? 128 * 1024 : 512;
	creation.incrementalChunkSize = large ? 256 * 1024 : 256;
	creation.initialHeapCount = large ? 4096 : 128;
	creation.incrementalHeapCount = large ? 16384 : 32;
	creation.stackCount = gOptions.stack;
	creation.initialKeyCount = 256;
	creation.incrementalKeyCount = 256;
	creation.nameModulo = root->nameModulo;
	creation.symbolModulo = root->symbolModulo;
	creation.parserBufferSize = 32 * 1024;
	creation.parserTableModulo = 1993;
	return fxCloneMachine(&creation, root, "application", (void*)(uintptr_t)gOptions.heap);
}

void lwsDeleteMachine(xsMachine* the)
{
	char* base = the->heapBase;
	size_t size = the->heapEnd - the->heapBase;
	fxDeleteMachine(the);
	munmap(base, size);
}

void lwsRun(xsMachine* the, void (*body)(xsMachine*))
{
	/* the outermost jump: every exception that no script caught lands here */
	mxTry(the) {
		(*body)(the);
	}
	mxCatch(the) {
		lwsDieOfException(the, LWS_EXIT_EXCEPTION, "unhandled exception");
	}
}

/*
 * The linker of the SDK gives what lies in flash the kinds that mean "not in this heap", _X_KIND; fxShareMachine does not.
 * A slot with such a value is copied into the application's machine, whose collector would take the root's chunk for one
 * of its own, and move it.
 */
static void lwsPetrify(txSlot* slot)
{
	txSlot* item;
	txIndex count;
	switch (slot->kind) {
	case XS_STRING_KIND: slot->kind = XS_STRING_X_KIND; break;
	case XS_BIGINT_KIND: slot->kind = XS_BIGINT_X_KIND; break;
	case XS_KEY_KIND: slot->kind = XS_KEY_X_KIND; break;
	case XS_CODE_KIND: slot->kind = XS_CODE_X_KIND; break;
	case XS_ARRAY_KIND:
		item = slot->value.array.address;
		if (!item)
			break;
		count = ((txChunk*)((txByte*)item - sizeof(txChunk)))->size / sizeof(txSlot);
		if (count > slot->value.array.length)
			count = slot->value.array.length;
		while (count--)
			lwsPetrify(item++);
		break;
	}
}

void lwsShare(xsMachine* root)
{
	txSlot *heap, *slot;
	fxShareMachine(root);
	for (heap = root->firstHeap; heap; heap = heap->next)
		for (slot = heap + 1; slot < heap->value.reference; slot++)
			lwsPetrify(slot);
#if !mxNoChunks
	/* Buffers have no such kind. A chunk that goes nowhere (`temporary`) is left alone by the sweep of the other machine. */
	for (txBlock* block = root->firstBlock; block; block = block->nextBlock) {
		txByte* at = (txByte*)(block + 1);
		while (at < block->current) {
			txChunk* chunk = (txChunk*)at;
			at = chunk->temporary;
			chunk->temporary = C_NULL;
		}
	}
#endif
}

void lwsCheckRejections(xsMachine* the)
{
	fxCheckUnhandledRejections(the, 1);
}

void lwsStress(int on)
{
#if mxStress
	gxStress = on;
#else
	(void)on;
#endif
}

/* XS tells nobody that it collects, but it asks every living host object to mark what it holds. */

static void lwsCollectionMark(txMachine* the, void* data, txMarkRoot markRoot)
{
	(void)the, (void)data, (void)markRoot;
	gCollections++;
}

static const txHostHooks gCollectionHooks = { C_NULL, lwsCollectionMark, C_NULL };

void lwsCountCollections(xsMachine* the)
{
	static txSlot witness;
	fxNewHostObject(the, C_NULL);
	fxSetHostHooks(the, the->stack, (txHostHooks*)&gCollectionHooks);
	fxSetHostData(the, the->stack, &gCollections);
	witness = *the->stack;
	mxPop();
	fxRemember(the, &witness);
}

/* Where the C stack of this, the main, thread may not grow beyond; found once. XS compares addresses with it. */
char* fxCStackLimit(void)
{
	static char* limit = C_NULL;
	pthread_attr_t attributes;
	if (!limit && !pthread_getattr_np(pthread_self(), &attributes)) {
		void* bottom;
		size_t size;
		if (!pthread_attr_getstack(&attributes, &bottom, &size))
			limit = (char*)bottom + LWS_STACK_MARGIN;
		pthread_attr_destroy(&attributes);
	}
	return limit;
}

void* lwsHostData(xsMachine* the, xsSlot* slot, const xsHostHooks* hooks)
{
	txSlot* host;
	(void)the;
	if (slot->kind != XS_REFERENCE_KIND)
		return C_NULL;
	host = slot->value.reference->next;
	if (!host || !(host->flag & XS_INTERNAL_FLAG) || host->kind != XS_HOST_KIND)
		return C_NULL;
	if (!(host->flag & XS_HOST_HOOKS_FLAG) || host->value.host.variant.hooks != hooks)
		return C_NULL;
	return host->value.host.data;
}

xsSlot* lwsGetCallback(xsMachine* the, xsIdentifier id)
{
	xsSlot slot;
	xsmcGet(slot, xsArg(0), id);
	if (xsmcTypeOf(slot) == xsUndefinedType || xsmcTypeOf(slot) == xsNullType)
		return C_NULL;
	if (!xsmcIsCallable(slot))
		lwsThrow(the, LWS_TYPE_ERROR, "a callback in the options is no function");
	return xsmcToReference(slot);
}

void lws_memory_statistics(xsMachine* the)
{
	lwsHeapFigures figures;
	size_t tlsNow, tlsPeak;
	lwsHeapStatistics(the, &figures);
	lwsTlsHeap(&tlsNow, &tlsPeak);
	xsmcVars(1);
	xsmcSetNewObject(xsResult);
#define mxFigure(NAME, VALUE) (xsmcSetNumber(xsVar(0), (double)(VALUE)), xsmcSet(xsResult, xsID(NAME), xsVar(0)))
	mxFigure("limit", figures.limit);
	mxFigure("heap", figures.used);
	mxFigure("peakHeap", figures.peak);
	mxFigure("chunks", figures.chunks);
	mxFigure("slots", figures.slots);
	mxFigure("slotSize", figures.slotSize);
	mxFigure("gcs", figures.collections);
	mxFigure("tlsHeap", tlsNow);
	mxFigure("tlsHeapPeak", tlsPeak);
}

void lws_memory_collect(xsMachine* the)
{
	fxCollectGarbage(the);
}

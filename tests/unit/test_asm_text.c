/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "instrument/asm_text.h"

static void assert_fine(const char *text)
{
	char *why = asm_text_trouble(text, strlen(text));

	if (why)
		fail_msg("%s: %s", text, why);
}

static void assert_trouble(const char *text, const char *words)
{
	char *why = asm_text_trouble(text, strlen(text));

	assert_non_null(why);
	if (!strstr(why, words))
		fail_msg("%s: %s", text, why);
	free(why);
}

static void test_usual_ones(void **unused)
{
	(void)unused;
	assert_fine("asm volatile(\"\" ::: \"memory\");");
	assert_fine("__asm__ __volatile__ (\"rdtsc\" : \"=a\"(a), \"=d\"(d));");
	assert_fine("asm(\"bswap %0\" : \"+r\"(x));");
	assert_fine("asm (\"bsfl %1, %0\" : \"=r\"(n) : \"rm\"(x) : \"cc\");");
	assert_fine("asm(\"1: dec %0\\n\\tjnz 1b\" : \"+r\"(x));");
	assert_fine("asm(\".Lloop%=: dec %0; jnz .Lloop%=\" : \"+r\"(x));");
	assert_fine("asm(\"movl %%fs:0, %0\" : \"=r\"(x));");
	assert_fine("asm(\".byte 0x0f, 0x31\");");
	assert_fine("asm(\"push %%rbx; cpuid; pop %%rbx\" : \"+a\"(x));");
}

static void test_refused(void **unused)
{
	(void)unused;
	assert_trouble("asm goto(\"jmp %l0\" :::: out);", "asm goto");
	assert_trouble("asm(\"here: nop\");", "defines 'here'");
	assert_trouble("asm(\"nop\\nthere:\\n\");", "defines 'there'");
	assert_trouble("asm(\" .globl x\");", "'.globl'");
	assert_trouble("asm(\".pushsection .t; .long 1; .popsection\");",
		       "'.pushsection'");
	assert_trouble("asm(\"mov %%rsp, %0\" : \"=r\"(p));", "stack pointer");
	assert_trouble("asm(\"mov %0, sp\" : \"=r\"(p));", "stack pointer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual_ones),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Recursive descent with precedence climbing. Invariants: no node is higher
 * than EXPR_DEPTH_MAX, and the parser recurses no deeper than that, so that
 * whoever walks the tree may recurse too. Rows of && and of || become one
 * node, however long they are.
 */
#include "common/ad/expr_fn.h"
#include "common/ad/expr_node.h"
#include "common/ad/name.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct expr_lex lex;
	struct err *err;
	struct strbuf text;
	struct node *nodes;
	uint32_t node_count, node_room;
	uint32_t *kids; /* finished rows */
	uint32_t kid_count, kid_room;
	uint32_t *stack; /* rows being collected */
	uint32_t stack_count, stack_room;
	int depth;
};

/* How tightly a binary operator binds; 0 for other tokens. */
static int precedence(enum tok tok)
{
	switch (tok) {
	case TOK_MUL:
	case TOK_DIV:
	case TOK_MOD:
		return 10;
	case TOK_PLUS:
	case TOK_MINUS:
		return 9;
	case TOK_SHL:
	case TOK_SHR:
	case TOK_USHR:
		return 8;
	case TOK_LT:
	case TOK_LE:
	case TOK_GE:
	case TOK_GT:
		return 7;
	case TOK_EQ:
	case TOK_NE:
	case TOK_IS:
	case TOK_ISNT:
		return 6;
	case TOK_BITAND:
		return 5;
	case TOK_BITXOR:
		return 4;
	case TOK_BITOR:
		return 3;
	case TOK_AND:
		return 2;
	case TOK_OR:
		return 1;
	default:
		return 0;
	}
}

static int parse_expr(struct parser *p, uint32_t *ret);

static int next(struct parser *p)
{
	return expr_lex_next(&p->lex, p->err);
}

static int fail(struct parser *p, const char *what)
{
	return expr_lex_fail(&p->lex, what, p->err);
}

static int expect(struct parser *p, enum tok tok, const char *what)
{
	if (p->lex.tok != tok)
		return fail(p, what);
	return next(p);
}

static void push(struct parser *p, uint32_t node)
{
	if (p->stack_count == p->stack_room) {
		p->stack_room = p->stack_room ? 2 * p->stack_room : 32;
		p->stack = xreallocarray(p->stack, p->stack_room,
					 sizeof(*p->stack));
	}
	p->stack[p->stack_count++] = node;
}

/* Moves what was pushed since `from` to the kids; its first place. */
static uint32_t pop_row(struct parser *p, uint32_t from)
{
	uint32_t count = p->stack_count - from;
	uint32_t first = p->kid_count;

	if (p->kid_room - p->kid_count < count) {
		p->kid_room = 2 * (p->kid_room + count);
		p->kids = xreallocarray(p->kids, p->kid_room, sizeof(*p->kids));
	}
	if (count > 0)
		memcpy(p->kids + first, p->stack + from,
		       count * sizeof(*p->kids));
	p->kid_count += count;
	p->stack_count = from;
	return first;
}

static uint16_t height_of(const struct parser *p, uint32_t node)
{
	return p->nodes[node].height;
}

static uint16_t max16(uint16_t a, uint16_t b)
{
	return a > b ? a : b;
}

/* below: the height of the highest operand. */
static int add(struct parser *p, struct node node, uint16_t below,
	       uint32_t *ret)
{
	if (below >= EXPR_DEPTH_MAX)
		return fail(p, "nested too deeply");
	if (p->node_count == p->node_room) {
		p->node_room = p->node_room ? 2 * p->node_room : 16;
		p->nodes = xreallocarray(p->nodes, p->node_room,
					 sizeof(*p->nodes));
	}
	node.height = below + 1;
	p->nodes[p->node_count] = node;
	*ret = p->node_count++;
	return 0;
}

static int add_row(struct parser *p, enum node_kind kind, uint32_t from,
		   uint32_t *ret)
{
	struct node node = { .kind = kind };
	uint16_t below = 0;

	for (uint32_t i = from; i < p->stack_count; i++)
		below = max16(below, height_of(p, p->stack[i]));
	node.n = p->stack_count - from;
	node.a = pop_row(p, from);
	return add(p, node, below, ret);
}

/* Fills a, n and hash from the current name token and moves on. */
static int take_name(struct parser *p, struct node *node)
{
	struct strbuf name = STRBUF_INIT;
	int rc = 0;

	expr_lex_text(&p->lex, &name);
	if (name.len == 0 || name.len > 255) {
		rc = fail(p, "bad length of a name");
	} else {
		node->a = (uint32_t)p->text.len;
		node->n = (uint32_t)name.len;
		node->u.hash = name_hash(name.data, name.len);
		strbuf_add(&p->text, name.data, name.len + 1);
		name_fold(p->text.data + node->a, name.data, name.len);
		strbuf_add(&p->text, name.data, name.len + 1);
		rc = next(p);
	}
	strbuf_release(&name);
	return rc;
}

static int parse_string(struct parser *p, uint32_t *ret)
{
	struct node node = { .kind = NODE_STRING };
	int rc;

	node.a = (uint32_t)p->text.len;
	expr_lex_text(&p->lex, &p->text);
	node.n = (uint32_t)p->text.len - node.a;
	strbuf_addch(&p->text, '\0');
	rc = next(p);
	return rc ? rc : add(p, node, 0, ret);
}

static int parse_word(struct parser *p, struct node node, uint32_t *ret)
{
	int rc = next(p);

	return rc ? rc : add(p, node, 0, ret);
}

/* Pushes expressions separated by commas up to the closing token. */
static int parse_row(struct parser *p, enum tok close, const char *what)
{
	uint32_t node;
	int rc;

	while (p->lex.tok != close) {
		rc = parse_expr(p, &node);
		if (rc)
			return rc;
		push(p, node);
		if (p->lex.tok == close)
			break;
		rc = expect(p, TOK_COMMA, what);
		if (rc)
			return rc;
	}
	return next(p);
}

static int parse_list(struct parser *p, uint32_t *ret)
{
	uint32_t from = p->stack_count;
	int rc = next(p);

	if (!rc)
		rc = parse_row(p, TOK_RBRACE, "expected ',' or '}'");
	return rc ? rc : add_row(p, NODE_LIST, from, ret);
}

/* name = value; ... of a nested ad */
static int parse_field(struct parser *p)
{
	struct node name = { .kind = NODE_FIELD };
	uint32_t node;
	int rc;

	if (p->lex.tok != TOK_NAME)
		return fail(p, "expected an attribute name");
	rc = take_name(p, &name);
	if (!rc)
		rc = add(p, name, 0, &node);
	if (rc)
		return rc;
	push(p, node);
	rc = expect(p, TOK_ASSIGN, "expected '='");
	if (!rc)
		rc = parse_expr(p, &node);
	if (!rc)
		push(p, node);
	return rc;
}

static int parse_ad(struct parser *p, uint32_t *ret)
{
	uint32_t from = p->stack_count;
	int rc = next(p);

	while (!rc && p->lex.tok != TOK_RBRACK) {
		rc = parse_field(p);
		if (!rc && p->lex.tok != TOK_RBRACK)
			rc = expect(p, TOK_SEMI, "expected ';' or ']'");
	}
	if (!rc)
		rc = next(p);
	if (!rc)
		rc = add_row(p, NODE_AD, from, ret);
	if (!rc)
		p->nodes[*ret].n /= 2;
	return rc;
}

static int parse_call(struct parser *p, struct node node, uint32_t *ret)
{
	uint32_t from = p->stack_count;
	uint16_t below = 0;
	int rc = next(p);

	if (!rc)
		rc = parse_row(p, TOK_RPAREN, "expected ',' or ')'");
	if (rc)
		return rc;
	for (uint32_t i = from; i < p->stack_count; i++)
		below = max16(below, height_of(p, p->stack[i]));
	node.kind = NODE_CALL;
	node.b = expr_fn_find(p->text.data + node.a);
	node.u.call.count = p->stack_count - from;
	node.u.call.first = pop_row(p, from);
	return add(p, node, below, ret);
}

/* MY.x, TARGET.x, or the word alone */
static int parse_scoped(struct parser *p, enum node_scope scope, uint32_t *ret)
{
	struct node node = { .kind = NODE_SCOPE, .op = scope };
	int rc;

	if (p->lex.tok != TOK_DOT)
		return add(p, node, 0, ret);
	rc = next(p);
	if (rc)
		return rc;
	if (p->lex.tok != TOK_NAME)
		return fail(p, "expected an attribute name after '.'");
	node.kind = NODE_ATTR;
	rc = take_name(p, &node);
	return rc ? rc : add(p, node, 0, ret);
}

static int parse_name(struct parser *p, uint32_t *ret)
{
	struct node node = { .kind = NODE_ATTR };
	bool quoted = p->lex.quoted;
	const char *name;
	int rc = take_name(p, &node);

	if (rc)
		return rc;
	name = p->text.data + node.a;
	if (!quoted && p->lex.tok == TOK_LPAREN)
		return parse_call(p, node, ret);
	if (!quoted && strcmp(name, "my") == 0)
		return parse_scoped(p, SCOPE_MY, ret);
	if (!quoted && strcmp(name, "target") == 0)
		return parse_scoped(p, SCOPE_TARGET, ret);
	return add(p, node, 0, ret);
}

static int parse_paren(struct parser *p, uint32_t *ret)
{
	struct node node = { .kind = NODE_PAREN };
	int rc = next(p);

	if (!rc)
		rc = parse_expr(p, &node.b);
	if (!rc)
		rc = expect(p, TOK_RPAREN, "expected ')'");
	return rc ? rc : add(p, node, height_of(p, node.b), ret);
}

static int parse_primary(struct parser *p, uint32_t *ret)
{
	struct node node = { 0 };

	switch (p->lex.tok) {
	case TOK_INT:
		node.kind = NODE_INT;
		node.u.i = p->lex.u.i;
		return parse_word(p, node, ret);
	case TOK_REAL:
		node.kind = NODE_REAL;
		node.u.r = p->lex.u.r;
		return parse_word(p, node, ret);
	case TOK_TRUE:
	case TOK_FALSE:
		node.kind = NODE_BOOL;
		node.u.truth = p->lex.tok == TOK_TRUE;
		return parse_word(p, node, ret);
	case TOK_UNDEFINED:
		node.kind = NODE_UNDEFINED;
		return parse_word(p, node, ret);
	case TOK_ERROR:
		/* error() would be a call of nothing: it is the word */
		node.kind = NODE_ERROR;
		return parse_word(p, node, ret);
	case TOK_STRING:
		return parse_string(p, ret);
	case TOK_NAME:
		return parse_name(p, ret);
	case TOK_PARENT: {
		int rc = next(p);

		return rc ? rc : parse_scoped(p, SCOPE_PARENT, ret);
	}
	case TOK_DOT:
		return parse_scoped(p, SCOPE_ROOT, ret);
	case TOK_LPAREN:
		return parse_paren(p, ret);
	case TOK_LBRACE:
		return parse_list(p, ret);
	case TOK_LBRACK:
		return parse_ad(p, ret);
	default:
		return fail(p, "expected a value");
	}
}

static int parse_select(struct parser *p, uint32_t *node)
{
	struct node select = { .kind = NODE_SELECT, .b = *node };
	int rc = next(p);

	if (rc)
		return rc;
	if (p->lex.tok != TOK_NAME)
		return fail(p, "expected an attribute name after '.'");
	rc = take_name(p, &select);
	return rc ? rc : add(p, select, height_of(p, *node), node);
}

static int parse_subscript(struct parser *p, uint32_t *node)
{
	struct node sub = { .kind = NODE_SUBSCRIPT, .a = *node };
	int rc = next(p);

	if (!rc)
		rc = parse_expr(p, &sub.b);
	if (!rc)
		rc = expect(p, TOK_RBRACK, "expected ']'");
	if (rc)
		return rc;
	return add(p, sub, max16(height_of(p, sub.a), height_of(p, sub.b)),
		   node);
}

static int parse_postfix(struct parser *p, uint32_t *ret)
{
	int rc = parse_primary(p, ret);

	while (!rc) {
		if (p->lex.tok == TOK_DOT)
			rc = parse_select(p, ret);
		else if (p->lex.tok == TOK_LBRACK)
			rc = parse_subscript(p, ret);
		else
			break;
	}
	return rc;
}

static int parse_unary(struct parser *p, uint32_t *ret)
{
	struct node node = { .kind = NODE_UNARY, .op = (uint8_t)p->lex.tok };
	int rc;

	if (p->lex.tok != TOK_NOT && p->lex.tok != TOK_BITNOT &&
	    p->lex.tok != TOK_PLUS && p->lex.tok != TOK_MINUS)
		return parse_postfix(p, ret);
	if (++p->depth > EXPR_DEPTH_MAX)
		return fail(p, "nested too deeply");
	rc = next(p);
	if (!rc)
		rc = parse_unary(p, &node.b);
	p->depth--;
	return rc ? rc : add(p, node, height_of(p, node.b), ret);
}

static int parse_binary(struct parser *p, int min, uint32_t *ret);

/* left && b && c ...: one node */
static int parse_chain(struct parser *p, uint32_t *left)
{
	enum tok tok = p->lex.tok;
	uint32_t from = p->stack_count;
	uint32_t right;
	int rc;

	push(p, *left);
	while (p->lex.tok == tok) {
		rc = next(p);
		if (!rc)
			rc = parse_binary(p, precedence(tok) + 1, &right);
		if (rc)
			return rc;
		push(p, right);
	}
	return add_row(p, tok == TOK_AND ? NODE_AND : NODE_OR, from, left);
}

static int parse_binary(struct parser *p, int min, uint32_t *ret)
{
	int rc = parse_unary(p, ret);

	while (!rc && precedence(p->lex.tok) >= min) {
		struct node node = { .kind = NODE_BINARY,
				     .op = (uint8_t)p->lex.tok,
				     .a = *ret };

		if (p->lex.tok == TOK_AND || p->lex.tok == TOK_OR) {
			rc = parse_chain(p, ret);
			continue;
		}
		rc = next(p);
		if (!rc)
			rc = parse_binary(p, precedence(node.op) + 1, &node.b);
		if (!rc)
			rc = add(p, node,
				 max16(height_of(p, node.a),
				       height_of(p, node.b)),
				 ret);
	}
	return rc;
}

/* cond ? a : b, or cond ?: b; groups to the right */
static int parse_ternary(struct parser *p, uint32_t *cond)
{
	uint32_t from = p->stack_count;
	uint32_t node;
	int rc = next(p);

	push(p, *cond);
	if (!rc && p->lex.tok != TOK_COLON) {
		rc = parse_expr(p, &node);
		if (!rc)
			push(p, node);
	}
	if (!rc)
		rc = expect(p, TOK_COLON, "expected ':'");
	if (!rc)
		rc = parse_expr(p, &node);
	if (rc)
		return rc;
	push(p, node);
	return add_row(p, NODE_TERNARY, from, cond);
}

static int parse_expr(struct parser *p, uint32_t *ret)
{
	int rc;

	if (++p->depth > EXPR_DEPTH_MAX)
		return fail(p, "nested too deeply");
	rc = parse_binary(p, 1, ret);
	if (!rc && p->lex.tok == TOK_QMARK)
		rc = parse_ternary(p, ret);
	p->depth--;
	return rc;
}

static struct expr *pack(const struct parser *p, uint32_t root)
{
	size_t nodes = p->node_count * sizeof(*p->nodes);
	size_t kids = p->kid_count * sizeof(*p->kids);
	struct expr *x = xmalloc(sizeof(*x) + nodes + kids + p->text.len);
	char *tail = (char *)x->nodes + nodes;

	atomic_init(&x->refs, 1);
	x->root = root;
	x->node_count = p->node_count;
	x->kid_count = p->kid_count;
	x->text_len = (uint32_t)p->text.len;
	x->kids = (const uint32_t *)tail;
	x->text = tail + kids;
	memcpy(x->nodes, p->nodes, nodes);
	if (kids > 0)
		memcpy(tail, p->kids, kids);
	memcpy(tail + kids, p->text.data, p->text.len);
	return x;
}

int expr_parse_n(const char *text, size_t len, struct expr **ret_expr,
		 struct err *err)
{
	struct parser p = { .err = err, .text = STRBUF_INIT };
	uint32_t root;
	int rc;

	if (len > EXPR_TEXT_MAX)
		return err_set(err, -E2BIG, "expression longer than %u bytes",
			       EXPR_TEXT_MAX);
	rc = expr_lex_init(&p.lex, text, len, err);
	if (!rc)
		rc = parse_expr(&p, &root);
	if (!rc && p.lex.tok != TOK_END)
		rc = fail(&p, "expected an operator");
	if (!rc)
		*ret_expr = pack(&p, root);
	strbuf_release(&p.text);
	free(p.nodes);
	free(p.kids);
	free(p.stack);
	return rc;
}

int expr_parse(const char *text, struct expr **ret_expr, struct err *err)
{
	return expr_parse_n(text, strlen(text), ret_expr, err);
}

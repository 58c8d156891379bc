/* tests: an image tool: a PGM file written by rows, read again and filtered */
/* SPDX-License-Identifier: MIT */
/* output: picture.pgm picture.out */
#include "check.h"
#include <stdlib.h>

struct picture {
	int width, height;
	unsigned char *pixels;
};

static int escape(double cr, double ci)
{
	double r = 0, i = 0, t;
	int n = 0;

	while (n < 60 && r * r + i * i < 4) {
		t = r * r - i * i + cr;
		i = 2 * r * i + ci;
		r = t;
		n++;
	}
	return n;
}

static void draw(const char *name, int width, int height)
{
	FILE *f = fopen(name, "wb");

	fprintf(f, "P5\n%d %d\n255\n", width, height);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			putc(escape(x * 3.0 / width - 2.25,
				    y * 2.5 / height - 1.25) * 4,
			     f);
	fclose(f);
}

static struct picture *load(const char *name)
{
	struct picture *p = malloc(sizeof(*p));
	FILE *f = fopen(name, "rb");

	if (!f || fscanf(f, "P5 %d %d 255", &p->width, &p->height) != 2)
		exit(1);
	getc(f);
	p->pixels = malloc((size_t)p->width * p->height);
	for (int y = 0; y < p->height; y++)
		if (!fread(p->pixels + y * p->width, (size_t)p->width, 1, f))
			exit(1);
	fclose(f);
	return p;
}

static int smooth(const struct picture *p, int x, int y)
{
	int sum = 0, n = 0;

	for (int dy = -1; dy <= 1; dy++)
		for (int dx = -1; dx <= 1; dx++) {
			if (x + dx < 0 || x + dx >= p->width || y + dy < 0 ||
			    y + dy >= p->height)
				continue;
			sum += p->pixels[(y + dy) * p->width + x + dx];
			n++;
		}
	return sum / n;
}

int main(void)
{
	struct picture *p;
	FILE *out = fopen("picture.out", "w");

	draw("picture.pgm", 36, 24);
	p = load("picture.pgm");
	for (int y = 0; y < p->height; y++, putc('\n', out))
		for (int x = 0; x < p->width; x++) {
			int v = smooth(p, x, y);

			check_mix((uint32_t)v);
			putc(" .:-=+*#%@"[v / 26], out);
		}
	fclose(out);
	free(p->pixels);
	free(p);
	return check_done();
}

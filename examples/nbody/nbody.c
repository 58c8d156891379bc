/* SPDX-License-Identifier: MIT */
/*
 * Integrates a cluster of stars with the leapfrog method and softened gravity
 * and appends one line of diagnostics per report to an output file.
 *
 *   nbody STARS STEPS REPORTS FILE
 *
 * Units: G = 1, total mass 1, half-mass radius near 1.  The start is a Plummer
 * sphere in virial equilibrium made from a fixed seed.  A run is the same to
 * the last digit on every machine with IEEE doubles if the compiler does not
 * contract or widen (-ffp-contract=off; i686: -msse2 -mfpmath=sse), since it
 * uses only + - * / and square roots.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vec3 {
	double x, y, z;
};

struct star {
	double mass;
	struct vec3 pos, vel, acc;
	int id;
};

struct cluster {
	int n;
	double softening2, dt, time;
	struct star *stars;
};

struct figures {
	double kinetic, potential, half_mass_radius;
	struct vec3 momentum, angular;
};

static struct vec3 add(struct vec3 a, struct vec3 b)
{
	return (struct vec3){ a.x + b.x, a.y + b.y, a.z + b.z };
}

static struct vec3 scale(struct vec3 a, double k)
{
	return (struct vec3){ a.x * k, a.y * k, a.z * k };
}

static struct vec3 cross(struct vec3 a, struct vec3 b)
{
	return (struct vec3){ a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z,
			      a.x * b.y - a.y * b.x };
}

static double dot(struct vec3 a, struct vec3 b)
{
	return a.x * b.x + a.y * b.y + a.z * b.z;
}

/* ---- the start ---- */

/* xorshift64*: uniform in (0, 1). */
static double uniform(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	x *= UINT64_C(2685821657736338717);
	return ((double)(x >> 12) + 0.5) / 4503599627370496.0;
}

/* A uniform point of the unit sphere's surface, by rejection. */
static struct vec3 direction(uint64_t *seed)
{
	struct vec3 v;
	double r2;

	do {
		v.x = 2 * uniform(seed) - 1;
		v.y = 2 * uniform(seed) - 1;
		v.z = 2 * uniform(seed) - 1;
		r2 = dot(v, v);
	} while (r2 > 1 || r2 < 1e-6);
	return scale(v, 1 / sqrt(r2));
}

/* A radius at which a Plummer sphere of scale 1 holds a uniform share of its
 * mass: r^3 / (r^2 + 1)^(3/2) = m, by bisection. */
static double plummer_radius(uint64_t *seed)
{
	double m = 0.95 * uniform(seed), low = 0, high = 100;

	for (int i = 0; i < 60; i++) {
		double r = 0.5 * (low + high), q = r * r + 1;
		if (r * r * r < m * q * sqrt(q))
			low = r;
		else
			high = r;
	}
	return low;
}

/* The speed there, as a share q of the speed of escape, with the density
 * q^2 (1 - q^2)^(7/2), by rejection. */
static double plummer_speed(double r, uint64_t *seed)
{
	double q, p, y;

	do {
		q = uniform(seed);
		p = 1 - q * q;
		y = 0.1 * uniform(seed);
	} while (y > q * q * p * p * p * sqrt(p));
	return q * sqrt(2 / sqrt(r * r + 1));
}

static void to_rest(struct cluster *c)
{
	struct vec3 p = { 0, 0, 0 }, v = { 0, 0, 0 };

	for (int i = 0; i < c->n; i++) {
		p = add(p, scale(c->stars[i].pos, c->stars[i].mass));
		v = add(v, scale(c->stars[i].vel, c->stars[i].mass));
	}
	for (int i = 0; i < c->n; i++) {
		c->stars[i].pos = add(c->stars[i].pos, scale(p, -1));
		c->stars[i].vel = add(c->stars[i].vel, scale(v, -1));
	}
}

static void cluster_init(struct cluster *c, int n)
{
	uint64_t seed = UINT64_C(88172645463325252);

	c->n = n;
	c->softening2 = 0.05 * 0.05;
	c->dt = 1.0 / 512;
	c->time = 0;
	c->stars = calloc(n, sizeof(struct star));
	if (!c->stars) {
		fputs("nbody: out of memory\n", stderr);
		exit(1);
	}
	for (int i = 0; i < n; i++) {
		struct star *s = &c->stars[i];
		double r = plummer_radius(&seed);
		double speed = plummer_speed(r, &seed);
		s->id = i;
		s->mass = 1.0 / n;
		s->pos = scale(direction(&seed), r);
		s->vel = scale(direction(&seed), speed);
	}
	to_rest(c);
}

/* ---- the motion ---- */

static void accelerate(struct cluster *c)
{
	struct star *stars = c->stars;
	const int n = c->n;

	for (int i = 0; i < n; i++) {
		const struct vec3 p = stars[i].pos;
		double ax = 0, ay = 0, az = 0;
		for (int k = 0; k < n; k++) {
			double dx = stars[k].pos.x - p.x;
			double dy = stars[k].pos.y - p.y;
			double dz = stars[k].pos.z - p.z;
			double r2 = dx * dx + dy * dy + dz * dz + c->softening2;
			double w = stars[k].mass / (r2 * sqrt(r2));
			ax += dx * w;
			ay += dy * w;
			az += dz * w;
		}
		stars[i].acc = (struct vec3){ ax, ay, az };
	}
}

/* Kick, drift, kick. */
static void step(struct cluster *c)
{
	for (int i = 0; i < c->n; i++) {
		struct star *s = &c->stars[i];
		s->vel = add(s->vel, scale(s->acc, 0.5 * c->dt));
		s->pos = add(s->pos, scale(s->vel, c->dt));
	}
	accelerate(c);
	for (int i = 0; i < c->n; i++) {
		struct star *s = &c->stars[i];
		s->vel = add(s->vel, scale(s->acc, 0.5 * c->dt));
	}
	c->time += c->dt;
}

/* ---- what is reported ---- */

static double pair_potential(const struct cluster *c)
{
	double sum = 0;

	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < i; k++) {
			struct vec3 d = add(c->stars[i].pos,
					    scale(c->stars[k].pos, -1));
			sum -= c->stars[i].mass * c->stars[k].mass /
			       sqrt(dot(d, d) + c->softening2);
		}
	return sum;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double half_mass_radius(const struct cluster *c)
{
	double *r2 = malloc(c->n * sizeof(double)), middle;

	if (!r2)
		return NAN;
	for (int i = 0; i < c->n; i++)
		r2[i] = dot(c->stars[i].pos, c->stars[i].pos);
	qsort(r2, c->n, sizeof(double), compare_doubles);
	middle = sqrt(r2[c->n / 2]);
	free(r2);
	return middle;
}

static struct figures measure(const struct cluster *c)
{
	struct figures f = { 0 };

	for (int i = 0; i < c->n; i++) {
		const struct star *s = &c->stars[i];
		f.kinetic += 0.5 * s->mass * dot(s->vel, s->vel);
		f.momentum = add(f.momentum, scale(s->vel, s->mass));
		f.angular =
			add(f.angular, scale(cross(s->pos, s->vel), s->mass));
	}
	f.potential = pair_potential(c);
	f.half_mass_radius = half_mass_radius(c);
	return f;
}

static void report(FILE *out, const struct cluster *c, double start_energy)
{
	struct figures f = measure(c);
	double energy = f.kinetic + f.potential;

	fprintf(out,
		"t %9.5f E %.15g dE/E %+.3e T/|V| %.12f P %.3e"
		" L %.15g rh %.12f\n",
		c->time, energy, (energy - start_energy) / start_energy,
		f.kinetic / -f.potential, sqrt(dot(f.momentum, f.momentum)),
		sqrt(dot(f.angular, f.angular)), f.half_mass_radius);
}

/* The star that is furthest out. */
static const struct star *outermost(const struct cluster *c)
{
	const struct star *best = c->stars;

	for (const struct star *s = c->stars; s < c->stars + c->n; s++)
		if (dot(s->pos, s->pos) > dot(best->pos, best->pos))
			best = s;
	return best;
}

static int number(const char *text, int max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 1 || n > max) {
		fprintf(stderr, "nbody: '%s' is not a number from 1 to %d\n",
			text, max);
		exit(1);
	}
	return (int)n;
}

static void run(struct cluster *c, int steps, int reports, FILE *out)
{
	struct figures f;
	double start_energy;

	accelerate(c);
	f = measure(c);
	start_energy = f.kinetic + f.potential;
	report(out, c, start_energy);
	for (int r = 1; r <= reports; r++) {
		int until = (int)((int64_t)steps * r / reports);
		for (int i = (int)((int64_t)steps * (r - 1) / reports);
		     i < until; i++)
			step(c);
		report(out, c, start_energy);
	}
}

int main(int argc, char **argv)
{
	struct cluster c;
	const struct star *far;
	int steps, reports;
	FILE *out;

	if (argc != 5) {
		fputs("usage: nbody STARS STEPS REPORTS FILE\n", stderr);
		return 1;
	}
	cluster_init(&c, number(argv[1], 100000));
	steps = number(argv[2], 1000000000);
	reports = number(argv[3], steps);
	out = fopen(argv[4], "w");
	if (!out) {
		fprintf(stderr, "nbody: cannot write '%s': %s\n", argv[4],
			strerror(errno));
		return 1;
	}
	run(&c, steps, reports, out);
	far = outermost(&c);
	if (fclose(out)) {
		fprintf(stderr, "nbody: cannot write '%s': %s\n", argv[4],
			strerror(errno));
		return 1;
	}
	printf("%d stars, %d steps to t = %.5f\n", c.n, steps, c.time);
	printf("outermost: star %d at (%.12f, %.12f, %.12f)\n", far->id,
	       far->pos.x, far->pos.y, far->pos.z);
	free(c.stars);
	return 0;
}

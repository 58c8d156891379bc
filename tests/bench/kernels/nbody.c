/* SPDX-License-Identifier: MIT */
/* Floating point in a nest of short loops. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BODIES = 8 };

struct body {
	double x, y, z, vx, vy, vz, mass;
};

static struct body body[BODIES];

static void start(void)
{
	for (int i = 0; i < BODIES; i++) {
		struct body *b = &body[i];
		b->x = cos(i * 0.8) * (i + 1);
		b->y = sin(i * 0.8) * (i + 1);
		b->z = 0.1 * (i % 3);
		b->vx = -b->y / (i + 3.0);
		b->vy = b->x / (i + 3.0);
		b->mass = 1.0 / (i + 1);
	}
}

static void step(double dt)
{
	for (int i = 0; i < BODIES; i++) {
		struct body *a = &body[i];
		for (int k = i + 1; k < BODIES; k++) {
			struct body *b = &body[k];
			double dx = a->x - b->x, dy = a->y - b->y;
			double dz = a->z - b->z;
			double r2 = dx * dx + dy * dy + dz * dz + 1e-4;
			double f = dt / (r2 * sqrt(r2));
			a->vx -= dx * b->mass * f;
			a->vy -= dy * b->mass * f;
			a->vz -= dz * b->mass * f;
			b->vx += dx * a->mass * f;
			b->vy += dy * a->mass * f;
			b->vz += dz * a->mass * f;
		}
	}
	for (int i = 0; i < BODIES; i++) {
		body[i].x += dt * body[i].vx;
		body[i].y += dt * body[i].vy;
		body[i].z += dt * body[i].vz;
	}
}

static double energy(void)
{
	double e = 0;

	for (int i = 0; i < BODIES; i++) {
		const struct body *b = &body[i];
		e += b->mass * (b->vx * b->vx + b->vy * b->vy + b->vz * b->vz);
	}
	return e / 2;
}

int main(int argc, char **argv)
{
	int steps = argc > 1 ? atoi(argv[1]) : 10000;

	start();
	for (int i = 0; i < steps; i++)
		step(1e-4);
	printf("%.9f\n", energy());
	return 0;
}

// The distance between two places on Earth: a function that the host calls by name.

#include <math.h>

// The mean radius of WGS 84's ellipsoid.
static const double kEarthKilometres = 6371.0088;

static double Radians(double degrees) { return degrees * (M_PI / 180); }

// Haversine formula. Latitudes and longitudes in degrees, north and east positive; kilometres.
__attribute__((export_name("distance"))) double Distance(double latitude_a, double longitude_a,
                                                         double latitude_b, double longitude_b) {
  const double north = sin(Radians(latitude_b - latitude_a) / 2);
  const double east = sin(Radians(longitude_b - longitude_a) / 2);
  const double square =
      north * north + cos(Radians(latitude_a)) * cos(Radians(latitude_b)) * east * east;
  return 2 * kEarthKilometres * asin(sqrt(fmin(square, 1)));
}

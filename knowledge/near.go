package knowledge

import (
	"cmp"
	"math"
	"slices"

	"cobijo/knowledge/guidance"
)

// Point is a place on the globe, in degrees.
type Point struct{ Lat, Lon float64 }

// earthRadius is the mean radius in kilometres (IUGG).
const earthRadius = 6371.0

// Distance is how far two points are from each other along a great circle, in kilometres (haversine formula).
func Distance(a, b Point) float64 {
	rad := math.Pi / 180
	dLat, dLon := (b.Lat-a.Lat)*rad, (b.Lon-a.Lon)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// Near is a contact and how far it is.
type Near struct {
	Contact *guidance.Contact
	Km      float64
}

// located is a contact with the coordinates of its city.
type located struct {
	contact *guidance.Contact
	at      Point
}

// locate finds the cities of all contacts that have one.
func (b *Base) locate() {
	for _, c := range b.Guidance.Countries {
		for _, contact := range b.Guidance.Contacts(c.Code) {
			if lat, lon, ok := b.Understand.Places.Locate(c.Code, contact.City); ok {
				b.located = append(b.located, located{contact, Point{lat, lon}})
			}
		}
	}
}

// Nearest gives up to n contacts with a known city, the nearest to a point first; of a country where one is given.
func (b *Base) Nearest(to Point, country string, n int) []Near {
	var all []Near
	for _, l := range b.located {
		if country == "" || l.contact.Country == country {
			all = append(all, Near{l.contact, Distance(to, l.at)})
		}
	}
	slices.SortStableFunc(all, func(a, b Near) int { return cmp.Compare(a.Km, b.Km) })
	return all[:min(n, len(all))]
}

// CountryAt gives the country of the nearest known place to a point, "" where none is within a day's way.
func (b *Base) CountryAt(at Point) string {
	const within = 150.0 // kilometres: farther off, the nearest place may lie across a border
	best, country := within, ""
	for _, p := range b.Understand.Places.Places {
		if p.Lat == nil || p.Lon == nil || p.Country == "" || p.Kind == "region" {
			continue
		}
		if d := Distance(at, Point{*p.Lat, *p.Lon}); d < best {
			best, country = d, p.Country
		}
	}
	return country
}

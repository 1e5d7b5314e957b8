package knowledge

import (
	"math"
	"testing"

	"cobijo/seeds"
)

func TestDistance(t *testing.T) {
	tapachula, mexico := Point{14.90, -92.26}, Point{19.43, -99.13}
	if d := Distance(tapachula, mexico); math.Abs(d-885) > 20 {
		t.Errorf("Tapachula is %.0f km from Mexico City, about 885 by the map", d)
	}
	if d := Distance(mexico, mexico); d != 0 {
		t.Errorf("a place is %v km from itself", d)
	}
	if d := Distance(Point{0, 179.9}, Point{0, -179.9}); d > 30 {
		t.Errorf("across the date line: %v km", d)
	}
}

func TestNearest(t *testing.T) {
	base, err := Load(seeds.FS)
	if err != nil {
		t.Fatal(err)
	}
	tapachula := Point{14.90, -92.26}
	near := base.Nearest(tapachula, "mx", 3)
	if len(near) != 3 || near[0].Km > 50 || near[0].Km > near[1].Km {
		t.Fatalf("near Tapachula: %+v", near)
	}
	for at, want := range map[Point]string{tapachula: "mx", {14.63, -90.51}: "gt", {9.93, -84.08}: "cr", {43.65, -79.38}: "ca", {0, 0}: ""} {
		if got := base.CountryAt(at); got != want {
			t.Errorf("%v lies in %q, want %q", at, got, want)
		}
	}
}

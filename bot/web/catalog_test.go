package web

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestCommitments(t *testing.T) {
	s := newSite(t, Options{})
	for _, tt := range []struct {
		name, path string
		wants      []string
	}{
		{"all", "/commitments?lang=en", []string{"188 commitments", "mx-04", `<svg role="img"`, "By theme", "By participant"}},
		{"all in Spanish", "/commitments?lang=es", []string{"188 compromisos", "Por tema", "no es oficial"}},
		{"one participant", "/commitments?participant=mx&lang=en", []string{"18 of 188 commitments", `<option value="mx" selected>`, "participant=mx", "/commitments.csv?participant=mx"}},
		{"theme and kind", "/commitments?theme=detention&kind=commits&lang=en", []string{`<option value="detention" selected>`, `<option value="commits" selected>`}},
		{"words", "/commitments?q=Quality+Assurance&lang=en", []string{`value="Quality Assurance"`, "of 188 commitments"}},
		{"none", "/commitments?q=zzzz&lang=es", []string{"No hay ningún compromiso así", "0 de 188"}},
		{"signed without a statement", "/commitments?participant=sv&lang=es", []string{"El Salvador firmó"}},
		{"unknown participant", "/commitments?participant=zz&lang=en", []string{"0 of 188"}},
		{"markup in the words", "/commitments?q=%22%3E%3Cscript%3E&lang=en", []string{"&#34;&gt;&lt;script&gt;"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, page := s.do("GET", tt.path, nil)
			if res.StatusCode != http.StatusOK {
				t.Fatal(res.Status)
			}
			has(t, page, tt.wants...)
		})
	}
}

func TestCommitmentIsShownWhole(t *testing.T) {
	s := newSite(t, Options{})
	base := testBase(t)
	unescape := strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&gt;", ">", "&lt;", "<", "&#43;", "+")
	for _, c := range base.Statement.Commitments {
		for _, lang := range []string{"es", "en"} {
			res, page := s.do("GET", "/commitments/"+c.ID+"?lang="+lang, nil)
			if res.StatusCode == http.StatusTooManyRequests {
				s = newSite(t, Options{}) // as a patient reader would
				res, page = s.do("GET", "/commitments/"+c.ID+"?lang="+lang, nil)
			}
			if res.StatusCode != http.StatusOK {
				t.Fatal(c.ID, res.Status)
			}
			page = unescape.Replace(page)
			if !strings.Contains(page, `<blockquote lang="en"><p>`+c.Text.EN+"</p>") || !strings.Contains(page, `<blockquote lang="es"><p>`+c.Text.ES+"</p>") {
				t.Errorf("%s in %s is not verbatim", c.ID, lang)
			}
			if strings.Contains(page, "web_") {
				t.Errorf("%s in %s: a text is missing", c.ID, lang)
			}
		}
	}
	_, page := s.do("GET", "/commitments/mx-04?lang=es", nil)
	has(t, page, "Traducción nuestra, no oficial", "México. Declaración de Acción de San José, 7 de julio de 2016, página", "Sin información")
}

func TestExports(t *testing.T) {
	s := newSite(t, Options{})
	res, body := s.do("GET", "/commitments.csv?participant=mx", nil)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, byteOrderMark))).ReadAll()
	if err != nil || len(rows) != 19 || rows[1][0] != "mx-01" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if got := res.Header.Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Error(got)
	}
	_, body = s.do("GET", "/commitments.json?theme=detention", nil)
	var set struct {
		Count       int
		Licence     string
		Commitments []struct{ Themes []string }
	}
	if err := json.Unmarshal([]byte(body), &set); err != nil || set.Count == 0 || set.Count != len(set.Commitments) || set.Licence == "" {
		t.Errorf("%v: %+v", err, set)
	}
	res, body = s.do("GET", "/robots.txt", nil)
	has(t, body, "Allow: /commitments", "Disallow: /\n")
	if res.StatusCode != http.StatusOK {
		t.Error(res.Status)
	}
}

var drawing = regexp.MustCompile(`(?s)<svg role="img".*?</svg>`)

// The drawings are well-formed, named, and fit their frames.
func TestCharts(t *testing.T) {
	s := newSite(t, Options{})
	_, page := s.do("GET", "/commitments?lang=es", nil)
	all := drawing.FindAllString(page, -1)
	if len(all) != 2 {
		t.Fatalf("%d drawings", len(all))
	}
	for _, svg := range all {
		dec := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		has(t, svg, "<title", "<desc", `class="bar"`)
	}
	_, page = s.do("GET", "/commitments?participant=mx", nil)
	if n := len(drawing.FindAllString(page, -1)); n != 1 {
		t.Errorf("%d drawings for one participant", n)
	}
}

# syntax=docker/dockerfile:1

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# docker build --build-arg VERSION="$(git describe --tags --always --dirty)" .
ARG VERSION=container
# The content, the models and the texts are embedded: the binary is all there is.
RUN CGO_ENABLED=0 go build -tags lean,nethttpomithttp2 -trimpath -buildvcs=false -ldflags "-s -w -funcalign=16 -X main.version=${VERSION}" -o /cobijo ./cmd/cobijo

# Not scratch: rediss:// and the chat services' APIs are reached by TLS, which needs the CA certificates that this image has.
# It has zone data too, for whatever reckons in a person's own zone.
FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /cobijo /cobijo
USER nonroot:nonroot
ENV HTTP_ADDR=:8080
EXPOSE 8080
# Whether the process lives (/healthz), and not whether Redis does (/readyz): without Redis it still answers, and to start it anew
# would help nobody.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/cobijo", "health"]
ENTRYPOINT ["/cobijo"]
CMD ["serve"]

// Answers for reading a whole export, laid out as C2SP tlog-tiles says: from its leaves up, and from its tiles alone.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8
const tileWidth = 1 << tileHeight

// Every leaf is hashed again, the tree of all of them must have the signed root, and every tile must hold what the
// leaves give. Then the tiles are read by themselves, as a monitor that never sees a leaf reads them.
func checkExport(vkey, folder string, older []string) (string, error) {
	tree, err := readCheckpoint(vkey, filepath.Join(folder, "checkpoint"))
	if err != nil {
		return "", err
	}
	stored, err := rehash(folder, tree.N)
	if err != nil {
		return "", err
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if err != nil {
		return "", err
	}
	if root != tree.Hash {
		return "", fmt.Errorf("the leaves lead to the root %v, the checkpoint names %v", root, tree.Hash)
	}
	tiles, err := compareTiles(folder, tree.N, stored)
	if err != nil {
		return "", err
	}
	if err := readAlone(vkey, folder, tree, older); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d entries, %d tiles", tree.N, tiles), nil
}

// All nodes of the tree, in the order in which tlog numbers them.
type nodes []tlog.Hash

func (stored nodes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(stored)) {
			return nil, fmt.Errorf("no node %d", index)
		}
		hashes[i] = stored[index]
	}
	return hashes, nil
}

func rehash(folder string, size int64) (nodes, error) {
	var stored nodes
	for index := int64(0); index*tileWidth < size; index++ {
		width := size - index*tileWidth
		if width > tileWidth {
			width = tileWidth
		}
		tile := tlog.Tile{H: tileHeight, L: -1, N: index, W: int(width)}
		bundle, err := os.ReadFile(placeOf(folder, tile))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < width; i++ {
			leaf, rest, err := cutLeaf(bundle)
			if err != nil {
				return nil, err
			}
			bundle = rest
			added, err := tlog.StoredHashes(index*tileWidth+i, leaf, stored)
			if err != nil {
				return nil, err
			}
			stored = append(stored, added...)
		}
		if len(bundle) > 0 {
			return nil, fmt.Errorf("bundle %d holds more than %d entries", index, width)
		}
	}
	return stored, nil
}

// Each leaf stands after its length in two bytes, big-endian.
func cutLeaf(bundle []byte) (leaf, rest []byte, err error) {
	if len(bundle) < 2 {
		return nil, nil, errors.New("a bundle ends early")
	}
	end := 2 + int(binary.BigEndian.Uint16(bundle))
	if len(bundle) < end {
		return nil, nil, errors.New("a bundle ends within an entry")
	}
	return bundle[2:end], bundle[end:], nil
}

func compareTiles(folder string, size int64, stored nodes) (int, error) {
	tiles := tilesOf(size)
	for _, tile := range tiles {
		served, err := os.ReadFile(placeOf(folder, tile))
		if err != nil {
			return 0, err
		}
		made, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(served, made) {
			return 0, fmt.Errorf("%s does not hold the hashes of its entries", placeOf("", tile))
		}
	}
	return len(tiles), nil
}

// NewTiles lists a partial tile in every width that it ever had; an export holds the last.
func tilesOf(size int64) []tlog.Tile {
	var last []tlog.Tile
	all := tlog.NewTiles(tileHeight, 0, size)
	for i, tile := range all {
		if i+1 == len(all) || all[i+1].L != tile.L || all[i+1].N != tile.N {
			last = append(last, tile)
		}
	}
	return last
}

// Go's paths name the height; those of tlog-tiles do not, for theirs is always 8, and call the bundles "entries".
func placeOf(folder string, tile tlog.Tile) string {
	place := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tile.H), "tile/", 1)
	return filepath.Join(folder, strings.Replace(place, "tile/data/", "tile/entries/", 1))
}

func readAlone(vkey, folder string, tree tlog.Tree, older []string) error {
	reader := tlog.TileHashReader(tree, folderTiles(folder))
	for _, index := range []int64{0, tree.N / 2, tree.N - 1} {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		path, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, hashes[0]); err != nil {
			return err
		}
	}
	for _, file := range older {
		earlier, err := readCheckpoint(vkey, file)
		if err != nil {
			return err
		}
		path, err := tlog.ProveTree(tree.N, earlier.N, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(path, tree.N, tree.Hash, earlier.N, earlier.Hash); err != nil {
			return err
		}
	}
	return nil
}

type folderTiles string

func (folder folderTiles) Height() int { return tileHeight }

func (folder folderTiles) SaveTiles(tiles []tlog.Tile, contents [][]byte) {}

func (folder folderTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	contents := make([][]byte, len(tiles))
	for i, tile := range tiles {
		content, err := os.ReadFile(placeOf(string(folder), tile))
		if err != nil {
			return nil, err
		}
		contents[i] = content
	}
	return contents, nil
}

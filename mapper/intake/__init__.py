"""Foreign data in: files, tables, coordinates and names, read without loss and checked within one layer."""

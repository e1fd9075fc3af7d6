"""Programs written for other libraries, run by Luthier."""

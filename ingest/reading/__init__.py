"""Reading: paths and arrays of raw recordings; knows neither the analysis nor the database."""

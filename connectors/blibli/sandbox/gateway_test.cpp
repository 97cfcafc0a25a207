int placeholder_for_first_configure = 0;

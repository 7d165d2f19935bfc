<?php
/* Installs WordPress where the environment says, without a letter to anybody, and writes one post and its
   comments; prints the post's number. */

define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = parse_url(getenv('ADDRESS'), PHP_URL_HOST) . ':' . parse_url(getenv('ADDRESS'), PHP_URL_PORT);
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_URI'] = '/';

function wp_mail() {
    return true;
}

require getenv('SITE') . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install('Bench', 'editor', 'editor@paper.example', true, '', wp_generate_password());
switch_theme('twentytwentyone');
$options = [
    'permalink_structure' => '', // an address of its own needs an HTTP request that WordPress sends to itself
    'page_comments' => 1,
    'comments_per_page' => (int) getenv('SHOWN'),
    'default_comments_page' => 'oldest',
    'thread_comments' => 0,
    'show_avatars' => 0,
];
foreach ($options as $name => $value) {
    update_option($name, $value);
}

$matter = json_decode(file_get_contents(getenv('MATTER')), true);
$paragraphs = array_map(fn ($text) => "<!-- wp:paragraph -->\n<p>$text</p>\n<!-- /wp:paragraph -->", $matter['paragraphs']);
$post = wp_insert_post([
    'post_title' => $matter['title'],
    'post_name' => $matter['slug'],
    'post_content' => implode("\n\n", $paragraphs),
    'post_status' => 'publish',
    'post_author' => 1,
    'comment_status' => 'open',
], true);
if (is_wp_error($post)) {
    exit($post->get_error_message());
}
wp_defer_comment_counting(true);
$numbers = [];
foreach ($matter['comments'] as $comment) {
    $at = gmdate('Y-m-d H:i:s', time() - 86400 + 60 * $comment['minute']);
    $numbers[] = wp_insert_comment([
        'comment_post_ID' => $post,
        'comment_author' => $comment['name'],
        'comment_author_email' => 'reader@readers.example',
        'comment_content' => $comment['text'],
        'comment_date' => $at,
        'comment_date_gmt' => $at,
        'comment_parent' => $comment['answers'] === null ? 0 : $numbers[$comment['answers']],
        'comment_approved' => 1,
    ]);
}
wp_defer_comment_counting(false);
echo $post;
